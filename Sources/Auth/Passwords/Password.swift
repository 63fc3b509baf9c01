import CSodium
import Foundation

/// A password as RFC 8265's OpaqueString: spaces beyond ASCII become U+0020, then NFC; case is kept.
///
/// A class, so that its bytes exist once and are zeroed when the last holder lets go. The `String` it was made from is
/// the caller's and is not zeroed. Control characters are kept: the policy refuses them when a password is set, so at
/// sign-in they match nothing.
package final class Password: Sendable {
    /// The most bytes a password may have.
    package static let byteLimit = 1024

    // Never written after `init`, so reading it from several threads is safe.
    private nonisolated(unsafe) let characters: UnsafeMutablePointer<CChar>
    private let count: Int

    /// Throws `.passwordTooLong` over 1,024 bytes, before the cost of normalising and after.
    package convenience init(_ text: String) throws(AuthError) {
        guard text.utf8.count <= Password.byteLimit else { throw .passwordTooLong }
        let normalised = Password.normalise(text)
        guard normalised.utf8.count <= Password.byteLimit else { throw .passwordTooLong }
        self.init(utf8: normalised)
    }

    private init(utf8 text: String) {
        count = text.utf8.count
        characters = .allocate(capacity: count)
        for (position, byte) in text.utf8.enumerated() {
            (characters + position).initialize(to: CChar(bitPattern: byte))
        }
    }

    deinit {
        sodium_memzero(characters, count)
        characters.deallocate()
    }

    /// Runs `body` on the normalised UTF-8 and its length; the pointer must not be kept.
    func withCharacters<Result>(_ body: (UnsafePointer<CChar>, Int) -> Result) -> Result {
        body(characters, count)
    }

    /// A copy that is not zeroed, for the policy.
    var text: String {
        String(
            decoding: UnsafeBufferPointer(start: characters, count: count).lazy.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
    }

    /// The form in which passwords, and the lines of a blocklist, are compared.
    static func normalise(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        return String(scalars).precomposedStringWithCanonicalMapping
    }
}

extension Password {
    // Without l, o, 0 and 1, which people confuse: 32 symbols, 5 bits each.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".unicodeScalars)

    /// Draws a password of at least 24 symbols, 5 bits each without bias, and gives its text to show once.
    package static func generate(
        length: Int = 24,
        using generator: inout some RandomNumberGenerator
    ) -> (password: Password, text: String) {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<min(max(length, 24), byteLimit) {
            scalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
        }
        let text = String(scalars)
        return (Password(utf8: text), text)
    }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "Password(redacted)" }
    package var debugDescription: String { description }
    /// Nothing, so that neither `dump` nor a failed expectation shows bytes.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
