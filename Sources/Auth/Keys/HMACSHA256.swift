import Crypto

/// HMAC-SHA-256 (RFC 2104) under one key, whose schedule is computed once.
///
/// Crypto's own `HMAC` reads its message through a generic collection of regions, which costs more than the hash itself
/// on every verification; the two hashes here are that library's too. Checked against it and against RFC 4231.
struct HMACSHA256: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    init(key: SymmetricKey) {
        let block = HMACSHA256.block(of: key)
        inner = HMACSHA256.keyed(block, 0x36)
        outer = HMACSHA256.keyed(block, 0x5C)
    }

    func code(for message: UnsafeRawBufferPointer) -> SHA256.Digest {
        var inner = inner
        inner.update(bufferPointer: message)
        var outer = outer
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize()
    }

    /// The key as one block of the hash: padded with zeros, or hashed first when it is longer.
    private static func block(of key: SymmetricKey) -> [UInt8] {
        let bytes = key.withUnsafeBytes { bytes in
            bytes.count > SHA256.blockByteCount ? Array(SHA256.hash(data: bytes)) : Array(bytes)
        }
        return bytes + Array(repeating: 0, count: SHA256.blockByteCount - bytes.count)
    }

    private static func keyed(_ block: [UInt8], _ pad: UInt8) -> SHA256 {
        var hash = SHA256()
        block.map { $0 ^ pad }.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash
    }
}
