/// `application/x-www-form-urlencoded` as the URL Standard reads it, but strict about percent escapes.
package enum URLEncodedBody {
    static let pairLimit = 64

    /// The names and values of a body or a query in their order, decoded; as bytes, for they may be no text.
    package static func pairs(_ body: [UInt8]) throws(BodyError) -> [(name: [UInt8], value: [UInt8])] {
        var scanner = ByteScanner(body)
        var pairs: [(name: [UInt8], value: [UInt8])] = []
        while !scanner.isAtEnd {
            if scanner.take(.ampersand) { continue }
            guard pairs.count < pairLimit else { throw .malformed("The form has more than \(pairLimit) fields") }
            let name = try decoded(&scanner, isName: true)
            pairs.append((name, scanner.take(.equals) ? try decoded(&scanner, isName: false) : []))
        }
        return pairs
    }

    static func read(_ body: [UInt8], into fields: inout WantedFields) throws(BodyError) {
        for (name, value) in try pairs(body) { try fields.add(name, value[...]) }
    }

    /// Decodes up to the end of the name or the pair.
    private static func decoded(_ scanner: inout ByteScanner, isName: Bool) throws(BodyError) -> [UInt8] {
        var decoded: [UInt8] = []
        while let byte = scanner.next, byte != .ampersand, !(isName && byte == .equals) {
            _ = scanner.take()
            switch byte {
            case .plus: decoded.append(.space)
            case .percent:
                guard let high = scanner.take()?.hexDigit, let low = scanner.take()?.hexDigit else {
                    throw .malformed("The form has a percent sign that is not followed by two hexadecimal digits")
                }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        return decoded
    }
}
