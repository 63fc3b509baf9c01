import Crypto
import Testing

@testable import Auth

struct HMACSHA256Tests {
    /// RFC 4231 section 4: key, message and code, in hexadecimal.
    private static let vectors: [(key: String, message: String, code: String)] = [
        (
            String(repeating: "0b", count: 20), "4869205468657265",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            String(repeating: "aa", count: 131),
            "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { offset in
            UInt8(hex.dropFirst(offset).prefix(2), radix: 16)
        }
    }

    private func code(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        let code = HMACSHA256(key: SymmetricKey(data: key))
        return message.withUnsafeBytes { Array(code.code(for: $0)) }
    }

    @Test func `the vectors of RFC 4231 hold`() {
        for vector in Self.vectors {
            #expect(code(bytes(vector.key), bytes(vector.message)) == bytes(vector.code))
        }
    }

    @Test func `it agrees with the library for every length of key and message, used again and again`() {
        var generator = SeededGenerator(seed: 7)
        for length in 0..<200 {
            let key = (0..<(length % 100 + 1)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let message = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let expected = Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
            let keyed = HMACSHA256(key: SymmetricKey(data: key))
            for _ in 0..<2 { #expect(message.withUnsafeBytes { Array(keyed.code(for: $0)) } == expected) }
        }
    }
}
