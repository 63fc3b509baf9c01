/// One scope of RFC 6749 section 3.3: visible ASCII without `"` and `\`, at most 64 bytes.
package struct Scope: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) throws(AuthError) {
        let allowed = text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        guard allowed, 1...64 ~= text.utf8.count else {
            throw .invalidScope("a scope is 1 to 64 visible ASCII characters without quotes, backslashes and spaces")
        }
        description = text
    }

    /// The scopes of a space-separated list, as stored and as RFC 6749 writes them.
    package static func list(_ text: String) throws(AuthError) -> [Scope] {
        var scopes: [Scope] = []
        for part in text.split(separator: " ") {
            let scope = try Scope(String(part))
            if !scopes.contains(scope) { scopes.append(scope) }
        }
        return scopes
    }
}
