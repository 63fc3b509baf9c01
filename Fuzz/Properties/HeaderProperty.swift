import Parsing

/// What `PlainHeader` takes is a header that splitting it at line ends and colons reads alike, with nothing unusual in it.
enum HeaderProperty {
    static func check(_ input: [UInt8]) throws(PropertyViolation) {
        // The parsers never own their input: memory of exactly its size shows a byte read behind its end.
        let header = input.withUnsafeBytes { PlainHeader($0) }
        guard let header else { return }
        let text = String(decoding: input, as: UTF8.self)
        try require(input.allSatisfy { $0 == 0x0D || $0 == 0x0A || (0x20...0x7E).contains($0) }, "all of it is visible")
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        try require(lines.count >= 3 && lines.suffix(2) == ["", ""], "the first empty line is the end")
        lines.removeLast(2)
        try require(
            !lines.contains { $0.isEmpty || $0.hasPrefix(" ") || $0.contains("\n") },
            "no line is folded or bare"
        )
        let request = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        try require(request.count == 3 && request[0] == "GET" && request[2] == "HTTP/1.1", "it is a GET of HTTP/1.1")
        let target = request[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        try require(target[0].hasPrefix("/") && !request[1].contains("#"), "the target is a path")
        try require(read(header.path, input) == target[0], "the path ends at the question mark")
        try require(read(header.query, input) == (target.count > 1 ? target[1] : ""), "the rest is the query")

        var fields: [String: [String]] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            try require(parts.count == 2 && !parts[0].isEmpty && !parts[0].contains(" "), "a field has a name")
            fields[parts[0].lowercased(), default: []].append(String(parts[1].drop { $0 == " " }))
        }
        try require(header.fields == lines.count, "every field counts")
        let found = [
            ("host", header.host), ("origin", header.origin), ("authorization", header.authorization),
            ("user-agent", header.userAgent), ("x-forwarded-for", header.forwardedFor),
        ]
        for (name, range) in found {
            try require(
                (fields[name] ?? []) == (range.map { [read($0, input)] } ?? []),
                "\(name) is found, and stands once"
            )
        }
        let unusual = [
            "content-length", "transfer-encoding", "content-encoding", "expect", "upgrade", "early-data",
        ]
        try require(unusual.allSatisfy { fields[$0] == nil }, "nothing changes how the message is read")
        try require(
            (fields["connection"] ?? []).allSatisfy { $0.lowercased() == "keep-alive" },
            "the connection stays as it is"
        )
    }

    private static func read(_ range: Range<Int>, _ input: [UInt8]) -> String {
        String(decoding: input[range], as: UTF8.self)
    }
}
