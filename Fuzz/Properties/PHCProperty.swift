import Parsing

/// A PHC string that is read is spelt in the one way there is, and within the bounds that keep a hash affordable.
enum PHCProperty {
    static func check(_ input: [UInt8]) throws(PropertyViolation) {
        try requireBounds(input)
        let text = String(decoding: input, as: UTF8.self)
        guard let phc = PHCString(text) else { return }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        let cost = "m=\(phc.memory),t=\(phc.iterations),p=\(phc.parallelism)"
        try require(
            parts.count == 6 && parts.prefix(4) == ["", "argon2id", "v=19", cost],
            "it is spelt in the one way there is"
        )
        try require(phc.text == text, "the text is kept as it is")
        try require(isAffordable(phc.memory, phc.iterations, phc.parallelism), "the cost is within bounds")
        for (encoded, length, lengths) in [(parts[4], phc.saltLength, 8...48), (parts[5], phc.hashLength, 12...64)] {
            try require(encoded.utf8.count == (length * 4 + 2) / 3, "base64 without padding has no other length")
            try require(lengths.contains(length), "salt and hash have a length within bounds")
            try require(encoded.utf8.allSatisfy(isBase64), "salt and hash are base64")
        }
    }

    private static func isAffordable(_ memory: Int, _ iterations: Int, _ parallelism: Int) -> Bool {
        (1...255).contains(parallelism) && (1...1024).contains(iterations)
            && (8 * parallelism...2_097_152).contains(memory)
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    /// The input's first bytes as a cost: read if it is within bounds, and only then.
    private static func requireBounds(_ input: [UInt8]) throws(PropertyViolation) {
        guard input.count >= 7 else { return }
        func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
        let (memory, iterations, parallelism) = (number(input[0..<4]), number(input[4..<6]), number(input[6..<7]))
        let salt = String(repeating: "A", count: 22)
        let hash = String(repeating: "A", count: 43)
        let phc = PHCString("$argon2id$v=19$m=\(memory),t=\(iterations),p=\(parallelism)$\(salt)$\(hash)")
        try require(
            (phc != nil) == isAffordable(memory, iterations, parallelism),
            "a cost is read if it is within bounds"
        )
        try require(phc == nil || phc?.memory == memory && phc?.iterations == iterations, "the cost is what is written")
    }
}
