/// An `Authorization: Bearer` header (RFC 6750 2.1).
package enum BearerHeader {
    /// The token after `Bearer` and its spaces, or nil for another scheme or no token.
    ///
    /// Any visible ASCII passes: `|` is outside RFC 6750's `b64token`. Nothing is copied.
    package static func token(in authorization: String) -> Substring? {
        // A native string's own indices are slow, and this is on the path of every verification.
        var authorization = authorization
        let start = authorization.withUTF8(tokenStart)
        return start.map { authorization[authorization.utf8.index(authorization.startIndex, offsetBy: $0)...] }
    }

    private static func tokenStart(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard bytes.count > 7, bytes[6] == .space,
            bytes[0] | 0x20 == 0x62, bytes[1] | 0x20 == 0x65, bytes[2] | 0x20 == 0x61,
            bytes[3] | 0x20 == 0x72, bytes[4] | 0x20 == 0x65, bytes[5] | 0x20 == 0x72
        else { return nil }
        var start = 7
        while start < bytes.count, bytes[start] == .space { start += 1 }
        for position in start..<bytes.count where !bytes[position].isVisible { return nil }
        return start < bytes.count ? start : nil
    }
}
