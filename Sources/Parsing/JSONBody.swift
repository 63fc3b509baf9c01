/// A JSON object (RFC 8259, strictly) read for a few string members; the rest is checked and dropped.
struct JSONBody {
    /// How many arrays and objects may lie in each other, the outermost included.
    static let depthLimit = 32

    static func read(_ body: [UInt8], into fields: inout WantedFields) throws(BodyError) {
        guard !body.starts(with: [0xEF, 0xBB, 0xBF]) else { throw .malformed("The JSON starts with a byte order mark") }
        guard String(validating: body, as: UTF8.self) != nil else { throw .malformed("The JSON is not valid UTF-8") }
        var reader = JSONBody(scanner: ByteScanner(body))
        try reader.readDocument(into: &fields)
    }

    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == .space || byte == .lineFeed || byte == .carriageReturn || byte == .tab
    }

    private var scanner: ByteScanner

    private mutating func readDocument(into fields: inout WantedFields) throws(BodyError) {
        skipWhitespace()
        guard scanner.take(0x7B) else { throw .malformed("The JSON must be an object") }
        var keys: Set<[UInt8]> = []
        try readMembers { (reader, key) throws(BodyError) in
            guard keys.insert(key).inserted else { throw .malformed("The JSON has a key twice") }
            guard let name = fields.wanted(key) else { return try reader.skipValue(depth: 1) }
            guard reader.scanner.take(.quote) else { throw .malformed("The field \(name) must be a string") }
            try fields.set(name, try reader.restOfString()[...])
        }
        skipWhitespace()
        guard scanner.isAtEnd else { throw .malformed("The JSON goes on after its end") }
    }

    /// Reads the members of an object whose brace is taken; `readValue` is called with the key, at the value.
    private mutating func readMembers(
        _ readValue: (inout JSONBody, [UInt8]) throws(BodyError) -> Void
    ) throws(BodyError) {
        skipWhitespace()
        if scanner.take(0x7D) { return }
        repeat {
            skipWhitespace()
            guard scanner.take(.quote) else { throw .malformed("The JSON lacks a key where one must be") }
            let key = try restOfString()
            skipWhitespace()
            guard scanner.take(.colon) else { throw .malformed("The JSON lacks a colon after a key") }
            skipWhitespace()
            try readValue(&self, key)
            skipWhitespace()
        } while scanner.take(.comma)
        guard scanner.take(0x7D) else { throw .malformed("The JSON has an object that does not end") }
    }

    /// Checks a value inside `depth` arrays and objects.
    private mutating func skipValue(depth: Int) throws(BodyError) {
        switch scanner.next {
        case 0x7B:
            _ = scanner.take()
            try requireDepth(depth + 1)
            try readMembers { (reader, _) throws(BodyError) in try reader.skipValue(depth: depth + 1) }
        case 0x5B:
            _ = scanner.take()
            try requireDepth(depth + 1)
            try skipElements(depth: depth + 1)
        case .quote:
            _ = scanner.take()
            _ = try restOfString()
        case 0x74: try skipWord([0x74, 0x72, 0x75, 0x65])
        case 0x66: try skipWord([0x66, 0x61, 0x6C, 0x73, 0x65])
        case 0x6E: try skipWord([0x6E, 0x75, 0x6C, 0x6C])
        default: try skipNumber()
        }
    }

    private mutating func skipElements(depth: Int) throws(BodyError) {
        skipWhitespace()
        if scanner.take(0x5D) { return }
        repeat {
            skipWhitespace()
            try skipValue(depth: depth)
            skipWhitespace()
        } while scanner.take(.comma)
        guard scanner.take(0x5D) else { throw .malformed("The JSON has an array that does not end") }
    }

    private mutating func skipWord(_ word: [UInt8]) throws(BodyError) {
        guard scanner.take(word) else { throw .malformed("The JSON has a value that is none") }
    }

    private mutating func skipNumber() throws(BodyError) {
        let start = scanner.position
        _ = scanner.take(.hyphen)
        if !scanner.take(.zero) { try requireDigits() }
        if scanner.take(.dot) { try requireDigits() }
        if let next = scanner.next, next | 0x20 == 0x65 {
            _ = scanner.take()
            if !scanner.take(.plus) { _ = scanner.take(.hyphen) }
            try requireDigits()
        }
        guard let number = Double(String(decoding: scanner.taken(from: start), as: UTF8.self)), number.isFinite else {
            throw .malformed("The JSON has a number out of range")
        }
    }

    private mutating func requireDigits() throws(BodyError) {
        guard !scanner.take(while: \.isDigit).isEmpty else { throw .malformed("The JSON has a value that is none") }
    }

    private func requireDepth(_ depth: Int) throws(BodyError) {
        guard depth <= Self.depthLimit else { throw .malformed("The JSON is nested too deeply") }
    }

    private mutating func skipWhitespace() {
        while let next = scanner.next, Self.isWhitespace(next) { _ = scanner.take() }
    }

    /// The unescaped UTF-8 of a string whose opening quote is taken.
    private mutating func restOfString() throws(BodyError) -> [UInt8] {
        var text: [UInt8] = []
        while let byte = scanner.take() {
            switch byte {
            case .quote: return text
            case .backslash: text.append(contentsOf: try escape())
            case 0..<0x20: throw .malformed("The JSON has a control character in a string")
            default: text.append(byte)
            }
        }
        throw .malformed("The JSON has a string that does not end")
    }

    private mutating func escape() throws(BodyError) -> [UInt8] {
        switch scanner.take() {
        case .quote: return [.quote]
        case .backslash: return [.backslash]
        case 0x2F: return [0x2F]
        case 0x62: return [0x08]
        case 0x66: return [0x0C]
        case 0x6E: return [.lineFeed]
        case 0x72: return [.carriageReturn]
        case 0x74: return [.tab]
        case 0x75: return Array(String(Character(try unicodeEscape())).utf8)
        default: throw .malformed("The JSON has an unknown escape in a string")
        }
    }

    /// The scalar of a `\u` escape, or of a pair of them; surrogates outside a pair are no text.
    private mutating func unicodeEscape() throws(BodyError) -> Unicode.Scalar {
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if UTF16.isLeadSurrogate(unit), scanner.take([.backslash, 0x75]) {
            let trail = try hexUnit()
            let pair = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(trail & 0x3FF))
            if UTF16.isTrailSurrogate(trail), let scalar = Unicode.Scalar(pair) { return scalar }
        }
        throw .malformed("The JSON has a lone surrogate in a string")
    }

    private mutating func hexUnit() throws(BodyError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = scanner.take()?.hexDigit else {
                throw .malformed("The JSON has an unknown escape in a string")
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
