import Parsing

/// A urlencoded body gives what the URL Standard says, or is refused for a reason that can be said in one line.
enum URLEncodedProperty {
    static func check(_ input: [UInt8]) throws(PropertyViolation) {
        try FormText.requireRoundTrip(input, as: .urlencoded, encode: encoded)
        let fields = try? FormFields(input, as: .urlencoded, names: FormText.names)
        if input.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == 0x7B {
            let json = try? FormFields(input, as: .json, names: FormText.names)
            try require(FormText.areEqual(fields, json), "JSON text is read as JSON")
            return
        }
        let expected = pairs(of: input).flatMap(values)
        try require((fields == nil) == (expected == nil), "a form is refused for a reason, and only then")
        for name in FormText.names {
            try require(fields?[name].map { Array($0.utf8) } == expected?[name], "\(name) is what the form says")
        }
    }

    /// The decoded pairs; nil when there are too many, or a percent sign is not followed by two digits.
    private static func pairs(of body: [UInt8]) -> [(name: [UInt8], value: [UInt8])]? {
        let pairs = body.split(separator: UInt8(ascii: "&"))
        guard pairs.count <= 64 else { return nil }
        var decodedPairs: [(name: [UInt8], value: [UInt8])] = []
        for pair in pairs {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = halves.compactMap(decoded)
            guard decoded.count == halves.count else { return nil }
            decodedPairs.append((decoded[0], decoded.count > 1 ? decoded[1] : []))
        }
        return decodedPairs
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let runs = text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
            .split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        var decoded = Array(runs[0])
        for run in runs.dropFirst() {
            let digits = String(decoding: run.prefix(2), as: UTF8.self)
            guard run.count >= 2, digits.allSatisfy(\.isHexDigit), let byte = UInt8(digits, radix: 16) else {
                return nil
            }
            decoded += [byte] + run.dropFirst(2)
        }
        return decoded
    }

    /// The wanted fields; nil when one is doubled or no plain text, or the form names another charset.
    private static func values(_ pairs: [(name: [UInt8], value: [UInt8])]) -> [String: [UInt8]]? {
        var values: [String: [UInt8]] = [:]
        for pair in pairs {
            let name = String(decoding: pair.name, as: UTF8.self)
            if FormText.names.contains(name), Array(name.utf8) == pair.name {
                guard values[name] == nil, FormText.isPlain(pair.value) else { return nil }
                values[name] = pair.value
            } else if name.lowercased() == "_charset_" {
                guard String(decoding: pair.value, as: UTF8.self).lowercased() == "utf-8" else { return nil }
            }
        }
        return values
    }

    private static func encoded(_ text: [UInt8]) -> [UInt8] {
        Array("email=a&password=".utf8)
            + text.flatMap { byte in
                let digits = String(byte, radix: 16)
                return Array("%\(digits.count == 1 ? "0" : "")\(digits)".utf8)
            }
    }
}
