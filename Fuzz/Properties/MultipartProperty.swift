import Parsing

/// What is read of a multipart body is what lies between its delimiter lines.
enum MultipartProperty {
    static func check(_ input: [UInt8]) throws(PropertyViolation) {
        let header = input.prefix { $0 != 0x0A }
        let body = Array(input.dropFirst(header.count + 1))
        try FormText.requireRoundTrip(body, as: .multipart(boundary: Array("--=_=--".utf8)), encode: encoded)
        let type = try? MediaType(contentType: String(decoding: header, as: UTF8.self))
        guard case .multipart(let boundary)? = type else { return }
        try require((1...70).contains(boundary.count), "a boundary has 1 to 70 characters")
        guard let fields = try? FormFields(body, as: .multipart(boundary: boundary), names: FormText.names) else {
            return
        }
        try FormText.requirePlain(fields, bodyCount: body.count)
        guard let parts = parts(of: body, boundary) else {
            throw PropertyViolation(description: "what is read is whole: every part ends, and so does the last")
        }
        try require(parts.count <= 64, "a body has at most 64 parts")
        for part in parts {
            try require(part.headers.reduce(0) { $0 + $1.count + 2 } <= 8192, "a part's headers have at most 8 KiB")
        }
        for name in FormText.names {
            let value = fields[name].map { Array($0.utf8) }
            let named = parts.filter { part in part.headers.contains { $0.contains(Array(name.utf8)) } }
            try require(value == nil || named.contains { $0.content == value }, "\(name) is the content of its part")
            for part in parts where part.headers == [Array("Content-Disposition: form-data; name=\"\(name)\"".utf8)] {
                try require(value == part.content, "a part that is plainly \(name) is read")
            }
        }
    }

    struct Part {
        let headers: [[UInt8]]
        let content: [UInt8]
    }

    /// RFC 2046 5.1.1 said once more, line by line instead of byte by byte; nil when a part does not end.
    private static func parts(of body: [UInt8], _ boundary: [UInt8]) -> [Part]? {
        let lines = lines(of: body)
        let delimiter = Array("--".utf8) + boundary
        func text(_ index: Int) -> [UInt8] {
            Array(lines[index].reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed())
        }
        func isClosing(_ index: Int) -> Bool { text(index) == delimiter + Array("--".utf8) }
        func isDelimiter(_ index: Int) -> Bool {
            isClosing(index) || text(index) == delimiter && index + 1 < lines.count
        }
        guard var current = lines.indices.first(where: isDelimiter) else { return nil }
        var parts: [Part] = []
        while !isClosing(current) {
            guard let blank = lines.indices.dropFirst(current + 1).first(where: { lines[$0].isEmpty }),
                let next = lines.indices.dropFirst(blank + 2).first(where: isDelimiter)
            else { return nil }
            let content = lines[(blank + 1)..<next].joined(separator: [0x0D, 0x0A])
            parts.append(Part(headers: Array(lines[(current + 1)..<blank]), content: Array(content)))
            current = next
        }
        return parts
    }

    /// What CRLF separates.
    private static func lines(of body: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var rest = body[...]
        while let byte = rest.popFirst() {
            if byte == 0x0D, rest.first == 0x0A {
                rest.removeFirst()
                lines.append([])
            } else {
                lines[lines.count - 1].append(byte)
            }
        }
        return lines
    }

    private static func encoded(_ text: [UInt8]) -> [UInt8] {
        let disposition = "Content-Disposition: form-data; name=\"password\"\r\n\r\n"
        return Array("----=_=--\r\n\(disposition)".utf8) + text + Array("\r\n----=_=----\r\n".utf8)
    }
}
