/// An `Authorization: Bearer` header (RFC 6750 2.1).
package enum BearerHeader {
    /// The token after `Bearer` and its spaces, or nil for another scheme or no token.
    ///
    /// Any visible ASCII passes: `|` is outside RFC 6750's `b64token`. Nothing is copied.
    package static func token(in authorization: String) -> Substring? {
        let bytes = authorization.utf8
        var index = bytes.startIndex
        for letter in scheme {
            guard index < bytes.endIndex, bytes[index].lowercased == letter else { return nil }
            bytes.formIndex(after: &index)
        }
        let afterScheme = index
        while index < bytes.endIndex, bytes[index] == .space { bytes.formIndex(after: &index) }
        guard index > afterScheme, index < bytes.endIndex, bytes[index...].allSatisfy(\.isVisible) else { return nil }
        return authorization[index...]
    }

    private static let scheme = "bearer".utf8
}
