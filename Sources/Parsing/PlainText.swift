/// Why bytes are not plain text.
enum TextError: Error {
    case notUTF8
    case controlCharacter
}

extension String {
    /// Reads UTF-8, strictly (no overlong forms, no surrogates), without control characters (Unicode `Cc`).
    init(plain bytes: ArraySlice<UInt8>) throws(TextError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        var previous: UInt8 = 0
        for byte in bytes {
            // U+0080…U+009F are C2 80…C2 9F.
            if byte.isControl || previous == 0xC2 && byte < 0xA0 { throw .controlCharacter }
            previous = byte
        }
        self = text
    }

    /// Reads ISO-8859-1 without control characters.
    init(plainLatin1 bytes: ArraySlice<UInt8>) throws(TextError) {
        var scalars = String.UnicodeScalarView()
        for byte in bytes {
            if byte.isControl || 0x80 <= byte && byte < 0xA0 { throw .controlCharacter }
            scalars.append(Unicode.Scalar(byte))
        }
        self = String(scalars)
    }
}

extension UTF8 {
    /// Whether the bytes have a sequence built like UTF-8 whose value UTF-8 forbids: an overlong form, a surrogate, or
    /// one past U+10FFFF.
    static func hasForbiddenForm(_ bytes: ArraySlice<UInt8>) -> Bool {
        var trailing = 0
        var forbidden = false
        var previous: UInt8 = 0
        for byte in bytes {
            if isContinuation(byte), trailing > 0 {
                switch previous {
                case 0xE0 where byte < 0xA0, 0xED where byte >= 0xA0, 0xF0 where byte < 0x90, 0xF4 where byte >= 0x90:
                    forbidden = true
                default: break
                }
                trailing -= 1
                if trailing == 0, forbidden { return true }
            } else {
                // The forms of five and six bytes are those of RFC 2279, long withdrawn.
                switch byte {
                case 0xC0..<0xE0: trailing = 1
                case 0xE0..<0xF0: trailing = 2
                case 0xF0..<0xF8: trailing = 3
                case 0xF8..<0xFC: trailing = 4
                case 0xFC..<0xFE: trailing = 5
                default: trailing = 0
                }
                forbidden = byte == 0xC0 || byte == 0xC1 || byte >= 0xF5
            }
            previous = byte
        }
        return false
    }
}
