/// A sign-in name shaped like an e-mail address: ASCII, at most 254 bytes, one `@` between two non-empty parts.
///
/// It need not receive mail. `key`, the whole address in ASCII lower case, is what must be unique: dots and plus signs
/// count, non-ASCII letters (a Kelvin sign, say) are refused instead of folded. Domains beyond ASCII are given as
/// A-labels.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    package let key: String
    /// As it was typed when the account was made.
    package let description: String

    package init(_ text: String) throws(AuthError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 254 else { throw .invalidEmail("an e-mail address has at most 254 bytes") }
        guard bytes.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw .invalidEmail("an e-mail address is visible ASCII; write a domain beyond ASCII as its xn-- form")
        }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, 1...64 ~= parts[0].count, !parts[1].isEmpty else {
            throw .invalidEmail("an e-mail address has one @ between a name of at most 64 bytes and a domain")
        }
        guard EmailAddress.isLocalPart(parts[0]), EmailAddress.isDomain(parts[1]) else {
            throw .invalidEmail("the address has a character or a dot where an e-mail address has none")
        }
        description = text
        key = text.lowercased()
    }

    /// Two addresses are the same when their keys are.
    package static func == (left: EmailAddress, right: EmailAddress) -> Bool {
        left.key == right.key
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(key)
    }

    /// RFC 5322 dot-atom.
    private static func isLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            !label.isEmpty && label.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
    }

    /// RFC 1123 labels; one is enough (`root@localhost`).
    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            1...63 ~= label.count && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
