import Crypto

/// HMAC-SHA-256 of a whole token under one key: all that a store ever holds of a token. 32 bytes.
package struct TokenDigest: Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ code: SHA256.Digest) {
        words = code.withUnsafeBytes { TokenDigest.load($0) }
    }

    /// Nil unless `bytes` are exactly 32.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        words = TokenDigest.load(bytes)
    }

    /// The 32 bytes, for a store to bind.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: words) { Array($0) }
    }

    private static func load(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        (
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }
}

extension TokenDigest: Equatable {
    /// Compares all 32 bytes without a branch on their values (ASVS 11.2.4).
    package static func == (left: TokenDigest, right: TokenDigest) -> Bool {
        let difference =
            (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
            | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3)
        return difference == 0
    }
}
