/// Classes of bytes; literals are numbers because `UInt8(ascii:)` is a slow call in debug builds.
extension UInt8 {
    static var tab: UInt8 { 0x09 }
    static var lineFeed: UInt8 { 0x0A }
    static var carriageReturn: UInt8 { 0x0D }
    static var space: UInt8 { 0x20 }
    static var quote: UInt8 { 0x22 }
    static var hash: UInt8 { 0x23 }
    static var percent: UInt8 { 0x25 }
    static var ampersand: UInt8 { 0x26 }
    static var apostrophe: UInt8 { 0x27 }
    static var plus: UInt8 { 0x2B }
    static var comma: UInt8 { 0x2C }
    static var hyphen: UInt8 { 0x2D }
    static var dot: UInt8 { 0x2E }
    static var zero: UInt8 { 0x30 }
    static var colon: UInt8 { 0x3A }
    static var semicolon: UInt8 { 0x3B }
    static var equals: UInt8 { 0x3D }
    static var question: UInt8 { 0x3F }
    static var backslash: UInt8 { 0x5C }

    var isBlank: Bool { self == 0x20 || self == 0x09 }
    var isDigit: Bool { 0x30 <= self && self <= 0x39 }
    var isVisible: Bool { 0x21 <= self && self <= 0x7E }
    var isControl: Bool { self < 0x20 || self == 0x7F }

    var isLetter: Bool {
        let folded = self | 0x20
        return 0x61 <= folded && folded <= 0x7A
    }

    /// RFC 9110 5.6.2 `tchar`.
    var isToken: Bool {
        if isLetter || isDigit { return true }
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: return true
        default: return false
        }
    }

    /// RFC 2046 5.1.1 `bchars`: letters, digits, space and `'()+_,-./:=?`.
    var isBoundary: Bool {
        if isLetter || isDigit { return true }
        switch self {
        case 0x20, 0x27...0x29, 0x2B...0x2F, 0x3A, 0x3D, 0x3F, 0x5F: return true
        default: return false
        }
    }

    var lowercased: UInt8 { 0x41 <= self && self <= 0x5A ? self | 0x20 : self }

    var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: return self - 0x30
        case 0x41...0x46: return self - 0x37
        case 0x61...0x66: return self - 0x57
        default: return nil
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether the bytes spell `word`, a lower-case ASCII word, in any case.
    func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for offset in 0..<letters.count where self[startIndex + offset].lowercased != letters[offset] {
                return false
            }
            return true
        }
    }
}
