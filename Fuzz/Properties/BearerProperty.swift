import Parsing

/// A header has a token if, and only if, it is the word Bearer, spaces and visible ASCII.
enum BearerProperty {
    static func check(_ input: [UInt8]) throws(PropertyViolation) {
        let header = String(decoding: input, as: UTF8.self)
        let words = Array(header.utf8).split(separator: UInt8(ascii: " "))
        let isBearer =
            words.count == 2 && header.utf8.first != UInt8(ascii: " ") && header.utf8.last != UInt8(ascii: " ")
            && ["bearer"] == words.prefix(1).map { String(decoding: $0, as: UTF8.self).lowercased() }
            && words[0].count == 6 && words[1].allSatisfy { (0x21...0x7E).contains($0) }
        let token = BearerHeader.token(in: header)
        try require(token.map { Array($0.utf8) } == (isBearer ? Array(words[1]) : nil), "the token is the second word")
    }
}
