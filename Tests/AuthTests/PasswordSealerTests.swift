import Crypto
import Testing

@testable import Auth

struct PasswordSealerTests {
    let phc = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"
    let secrets: [Int64: SymmetricKey] = [
        1: SymmetricKey(data: [UInt8](repeating: 1, count: 32)),
        2: SymmetricKey(data: [UInt8](repeating: 2, count: 32)),
    ]

    @Test func `what is sealed for an account opens for it`() throws {
        let sealer = try sealer(current: 2)
        let sealed = try sealer.seal(phc, for: try account(1))
        #expect(try sealer.open(sealed, of: try account(1)) == phc)
        #expect(!String(decoding: sealed.bytes, as: UTF8.self).contains("argon2id"))
        #expect(try sealer.seal(phc, for: try account(1)) != sealed)
    }

    @Test func `what is sealed for one account opens for no other`() throws {
        let sealer = try sealer(current: 2)
        let sealed = try sealer.seal(phc, for: try account(1))
        #expect(isUnavailable { try sealer.open(sealed, of: try account(2)) })
    }

    @Test func `an older key opens, the current one seals`() throws {
        let older = try sealer(current: 1).seal(phc, for: try account(1))
        #expect(try sealer(current: 2).open(older, of: try account(1)) == phc)
        #expect(older.bytes[1..<9].elementsEqual([0, 0, 0, 0, 0, 0, 0, 1]))
        #expect(
            try sealer(current: 2).seal(phc, for: try account(1)).bytes[1..<9].elementsEqual([0, 0, 0, 0, 0, 0, 0, 2])
        )
    }

    @Test func `an unknown key is an uncertain answer`() throws {
        let sealed = try sealer(current: 2).seal(phc, for: try account(1))
        let other = PasswordSealer(try #require(PurposeKeys(current: 1, all: secrets.filter { $0.key == 1 })))
        #expect(isUnavailable { try other.open(sealed, of: try account(1)) })
    }

    @Test func `a changed or cut byte anywhere is noticed`() throws {
        let sealer = try sealer(current: 2)
        let sealed = try sealer.seal(phc, for: try account(1))
        for offset in sealed.bytes.indices {
            var bytes = sealed.bytes
            // 3 turns key 2 into key 1, which exists: the box must refuse, not the look-up alone.
            bytes[offset] ^= 3
            #expect(
                isUnavailable { try sealer.open(SealedPasswordHash(bytes: bytes), of: try account(1)) },
                "\(offset)"
            )
            let cut = SealedPasswordHash(bytes: Array(sealed.bytes[..<offset]))
            #expect(isUnavailable { try sealer.open(cut, of: try account(1)) }, "\(offset)")
        }
        let longer = SealedPasswordHash(bytes: sealed.bytes + [0])
        #expect(isUnavailable { try sealer.open(longer, of: try account(1)) })
    }

    private func sealer(current: Int64) throws -> PasswordSealer {
        PasswordSealer(try #require(PurposeKeys(current: current, all: secrets)))
    }

    private func account(_ number: Int64) throws -> AccountID {
        try #require(AccountID(createdAt: Timestamp(milliseconds: 1), number: number))
    }

    private func isUnavailable(_ body: () throws -> String) -> Bool {
        do {
            _ = try body()
            return false
        } catch AuthError.unavailable {
            return true
        } catch {
            return false
        }
    }
}
