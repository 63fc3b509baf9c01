import Auth
import Foundation

/// The accounts of a seeded data directory: any of them can be told from its position alone.
///
/// All share one password. The last few are for signing in, which ends their tokens, so no sampled token is theirs.
struct SeededAccounts: Sendable {
    static let password = "correct horse battery staple"
    static let signingIn = 64

    /// All that each account's audit tells: a second event would double the time of a seeding.
    private static let added = AuditDraft(.accountAdded, by: .commandLine(user: "bench"), detail: "member")

    let count: Int
    let keys: KeyRing
    let phc: String
    let now: Timestamp

    static func email(_ position: Int) -> String {
        let digits = String(position)
        return "user" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits + "@accounts.example.com"
    }

    /// The account at `position`, with ids that ascend with it and yet are spread over all numbers.
    func account(_ position: Int, using generator: inout SplitMix64) throws -> SeededAccount {
        let stride = AccountID.numberLimit / Int64(count)
        let number = Int64(position) * stride + Int64.random(in: 0..<stride, using: &generator)
        let age = Int64.random(in: 0..<31_536_000_000, using: &generator)
        let createdAt = Timestamp(milliseconds: now.milliseconds - age)
        guard let id = AccountID(createdAt: createdAt, number: number) else {
            throw BenchmarkFailure("position \(position) has no number")
        }
        // Not minted: that draws digit by digit from a generator, which takes most of the time of a seeding.
        let secret = generator.digits(13) + "x" + generator.digits(18)
        guard let token = BearerToken("bus|\(id)|\(secret)") else {
            throw BenchmarkFailure("position \(position) has no token")
        }
        let (digest, keyID) = keys.tokens.digest(token)
        let draft = SeededAccounts.added
        let mac = keys.audit.mac(after: [], account: number, n: 1, at: createdAt, draft: draft)
        return SeededAccount(
            id: id,
            email: SeededAccounts.email(position),
            token: String(token.text),
            digest: digest,
            keyID: keyID,
            issuedAt: now,
            expiresAt: now.advanced(bySeconds: 31_536_000),
            password: try keys.passwords.seal(phc, for: id),
            event: AuditEvent(n: 1, at: createdAt, draft: draft, mac: mac)
        )
    }
}

/// One row of `account` and its row of `audit`.
struct SeededAccount: Sendable {
    let id: AccountID
    let email: String
    let token: String
    let digest: TokenDigest
    let keyID: Int64
    let issuedAt: Timestamp
    let expiresAt: Timestamp
    let password: SealedPasswordHash
    let event: AuditEvent
}

/// A small generator that repeats itself from the same seed; the system's would take a call for each digit of each token.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// `count` (at most 19) decimal digits.
    mutating func digits(_ count: Int) -> String {
        var rest = next()
        return String(unsafeUninitializedCapacity: count) { buffer in
            for position in 0..<count {
                buffer[position] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            return count
        }
    }
}
