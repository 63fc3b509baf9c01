/// The user-id and password of an `Authorization: Basic` header (RFC 7617).
package struct BasicCredentials: Sendable {
    /// May be empty: a caller that needs one says so itself.
    package let userID: String
    /// May be empty, and may have colons.
    package let password: String

    /// Why a header gave no credentials.
    package enum ParseError: Error, Equatable, Sendable {
        /// No value, another scheme, or nothing after the scheme.
        case missing
        /// The sentence says what is wrong and never repeats a value.
        case malformed(String)
    }

    /// Characters of base64; the longest name and password that are allowed take under 2,000.
    static let lengthLimit = 8192

    /// Parses the header's value.
    package init(authorization: String) throws(ParseError) {
        let text = Array(authorization.utf8)
        guard text.prefix(5).spells("basic"), text.dropFirst(5).first == .space else { throw .missing }
        let encoded = text.dropFirst(5).drop { $0 == .space }
        guard !encoded.isEmpty else { throw .missing }
        guard encoded.count <= Self.lengthLimit, let decoded = Base64.decode(encoded, padding: .optional) else {
            throw .malformed("The Basic credentials are not valid base64")
        }
        guard let colon = decoded.firstIndex(of: .colon) else {
            throw .malformed("The Basic credentials have no colon")
        }
        do throws(TextError) {
            // One encoding for both halves: nobody sends two.
            let isUTF8 = String(validating: decoded, as: UTF8.self) != nil
            // Browsers' `btoa` sends ISO-8859-1. Bytes shaped like UTF-8 that mean what UTF-8 forbids were sent by no
            // `btoa`, and would let one name be spelt in two ways.
            guard isUTF8 || !UTF8.hasForbiddenForm(decoded[...]) else { throw .notUTF8 }
            let read = { (bytes: ArraySlice<UInt8>) throws(TextError) in
                isUTF8 ? try String(plain: bytes) : try String(plainLatin1: bytes)
            }
            userID = try read(decoded[..<colon])
            password = try read(decoded[(colon + 1)...])
        } catch {
            throw switch error {
            case .notUTF8: .malformed("The Basic credentials are not valid UTF-8")
            case .controlCharacter: .malformed("The Basic credentials have a control character")
            }
        }
    }
}
