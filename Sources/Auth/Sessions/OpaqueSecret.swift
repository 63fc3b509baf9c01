import Crypto

/// 256 random bits as 64 hexadecimal digits, which one browser or one letter carries: a session's cookie, an invitation's
/// link. A store has its digest only.
package struct OpaqueSecret: Sendable {
    /// What the bearer shows.
    package let text: String

    /// Draws a fresh one.
    package static func random(using generator: inout some RandomNumberGenerator) -> OpaqueSecret {
        let words = (0..<4).map { _ in generator.next() as UInt64 }
        return OpaqueSecret(
            unchecked: words.map { word in
                let digits = String(word, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined()
        )
    }

    /// Nil unless `text` is 64 lower-case hexadecimal digits.
    package init?(_ text: String) {
        let isHexadecimal = text.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
        }
        guard text.utf8.count == 64, isHexadecimal else { return nil }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }
}

extension OpaqueSecret: CustomStringConvertible {
    package var description: String { "OpaqueSecret(redacted)" }
}

/// HMAC-SHA-256 of an opaque secret under a key kept beside the store, never in it.
package struct SecretDigest: Hashable, Sendable {
    /// 32 of them.
    package let bytes: [UInt8]

    /// As read back from a store; nil unless 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Nil unless 64 hexadecimal digits, which is how pages name a session.
    package init?(hexadecimal text: String) {
        guard OpaqueSecret(text) != nil else { return nil }
        let digits = Array(text)
        bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    package var hexadecimal: String { bytes.hexadecimal }

    fileprivate init(_ code: HMAC<SHA256>.MAC) {
        bytes = Array(code)
    }
}

/// What opaque secrets are digested with; each purpose apart, so that none passes for another.
package struct SecretKeys: Sendable {
    private let key: SymmetricKey

    package enum Purpose: String, Sendable {
        case session, form, invitation
    }

    package init(_ key: SymmetricKey) {
        self.key = key
    }

    package func digest(_ secret: OpaqueSecret, for purpose: Purpose) -> SecretDigest {
        SecretDigest(HMAC<SHA256>.authenticationCode(for: message(secret, purpose), using: key))
    }

    /// Whether `text` is the digest in hexadecimal; compared in constant time.
    package func isDigest(_ text: String, of secret: OpaqueSecret, for purpose: Purpose) -> Bool {
        guard let digest = SecretDigest(hexadecimal: text) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            digest.bytes,
            authenticating: message(secret, purpose),
            using: key
        )
    }

    private func message(_ secret: OpaqueSecret, _ purpose: Purpose) -> [UInt8] {
        Array("\(purpose.rawValue):\(secret.text)".utf8)
    }
}
