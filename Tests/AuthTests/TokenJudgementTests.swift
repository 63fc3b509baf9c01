import Crypto
import Testing

@testable import Auth

struct TokenJudgementTests {
    let keys: TokenKeys
    let olderKeys: TokenKeys
    let account: AccountID
    let token: BearerToken
    let issuedAt = Timestamp(milliseconds: 1_795_355_820_000)
    let expiresAt = Timestamp(milliseconds: 1_826_891_820_000)

    init() throws {
        let secrets: [Int64: SymmetricKey] = [
            1: SymmetricKey(data: [UInt8](repeating: 1, count: 32)),
            2: SymmetricKey(data: [UInt8](repeating: 2, count: 32)),
        ]
        keys = TokenKeys(try #require(PurposeKeys(current: 2, all: secrets)))
        olderKeys = TokenKeys(try #require(PurposeKeys(current: 1, all: secrets.filter { $0.key == 1 })))
        account = try #require(AccountID("4242424242424x424242424242424242"))
        var generator = SeededGenerator(seed: 6)
        token = BearerToken.mint(for: account, digits: 31, using: &generator)
    }

    @Test func `the live token is live, and so it is to its last millisecond`() {
        #expect(isLive(keys.judge(token, found(now: issuedAt))))
        #expect(isLive(keys.judge(token, found(now: Timestamp(milliseconds: expiresAt.milliseconds - 1)))))
    }

    @Test func `a token is dead from the instant it expires`() {
        #expect(isDead(keys.judge(token, found(now: expiresAt))))
        #expect(isDead(keys.judge(token, found(now: expiresAt.advanced(bySeconds: 1)))))
    }

    @Test func `a revoked token is dead`() {
        #expect(isDead(keys.judge(token, .absent)))
    }

    @Test func `a token is dead once another was generated`() {
        var generator = SeededGenerator(seed: 7)
        let newer = BearerToken.mint(for: account, digits: 31, using: &generator)
        let row = found(digest: keys.digest(newer).digest, now: issuedAt)
        #expect(isDead(keys.judge(token, row)))
        #expect(isLive(keys.judge(newer, row)))
    }

    @Test func `in an overlap the token before passes until it is over, and shows its own times`() throws {
        var generator = SeededGenerator(seed: 7)
        let newer = BearerToken.mint(for: account, digits: 31, using: &generator)
        let until = issuedAt.advanced(bySeconds: 600)
        // Under an older key, as after a rotation.
        let older = olderKeys.digest(token)
        let row = LiveToken(
            account: account,
            email: "a@b",
            type: .user,
            role: .member,
            scopes: "",
            digest: keys.digest(newer).digest,
            keyID: 2,
            issuedAt: issuedAt,
            expiresAt: issuedAt.advanced(bySeconds: 60),
            previous: .passing(
                digest: older.digest,
                keyID: older.keyID,
                issuedAt: Timestamp(milliseconds: 5),
                until: until
            )
        )
        guard case .live(let found, _) = keys.judge(token, .found(row, now: issuedAt)) else {
            Issue.record("the token before does not pass")
            return
        }
        #expect(found.isPrevious)
        #expect(found.issuedAt == Timestamp(milliseconds: 5))
        #expect(found.expiresAt == until)
        guard case .live(let current, _) = keys.judge(newer, .found(row, now: issuedAt)) else {
            Issue.record("the live token does not pass")
            return
        }
        #expect(!current.isPrevious)
        #expect(isDead(keys.judge(token, .found(row, now: until))))
        #expect(isDead(keys.judge(newer, .found(row, now: issuedAt.advanced(bySeconds: 60)))))
        #expect(isLive(keys.judge(token, .found(row, now: issuedAt.advanced(bySeconds: 60)))))
        let third = BearerToken.mint(for: account, digits: 31, using: &generator)
        #expect(isDead(keys.judge(third, .found(row, now: issuedAt))))
    }

    @Test func `each character of a token counts`() throws {
        let text = Array(token.text.utf8)
        for offset in 37..<text.count where text[offset] != UInt8(ascii: "x") {
            var changed = text
            changed[offset] = changed[offset] == UInt8(ascii: "9") ? UInt8(ascii: "0") : changed[offset] + 1
            let forged = try #require(BearerToken(String(decoding: changed, as: UTF8.self)[...]))
            #expect(isDead(keys.judge(forged, found(now: issuedAt))))
        }
    }

    @Test func `a row found by the last eighteen digits must agree in the first thirteen`() throws {
        let other = try #require(AccountID(createdAt: Timestamp(milliseconds: 1), number: account.number))
        // As if the digest agreed: the account id alone must be enough to refuse.
        #expect(isDead(keys.judge(token, found(account: other, now: issuedAt))))
    }

    @Test func `an older key still verifies what it made`() {
        let older = olderKeys.digest(token)
        #expect(older.keyID == 1)
        #expect(isLive(keys.judge(token, found(digest: older.digest, keyID: 1, now: issuedAt))))
        #expect(keys.digest(token).keyID == 2)
    }

    @Test func `a digest under one key is dead under another key's id`() {
        #expect(isDead(keys.judge(token, found(digest: olderKeys.digest(token).digest, keyID: 2, now: issuedAt))))
    }

    @Test func `a row under an unknown key is uncertain, not live and not dead`() {
        guard case .unavailable = keys.judge(token, found(keyID: 3, now: issuedAt)) else {
            Issue.record("a server without the key must not decide")
            return
        }
    }

    @Test func `an uncertain lookup stays uncertain`() {
        guard case .unavailable("disk on fire") = keys.judge(token, .unavailable("disk on fire")) else {
            Issue.record("uncertainty was lost")
            return
        }
    }

    @Test func `a digest is HMAC-SHA-256 of the whole token`() {
        let expected = HMAC<SHA256>.authenticationCode(
            for: Array(token.text.utf8),
            using: SymmetricKey(data: [UInt8](repeating: 2, count: 32))
        )
        #expect(keys.digest(token).digest.bytes == Array(expected))
        // The pre-keyed value is copied, not used up.
        #expect(keys.digest(token).digest == keys.digest(token).digest)
    }

    @Test func `digests differ when any of their 256 bits does`() throws {
        let bytes = keys.digest(token).digest.bytes
        let copy = bytes.withUnsafeBytes { TokenDigest($0) }
        let digest = try #require(copy)
        #expect(digest == keys.digest(token).digest)
        for bit in 0..<256 {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            let other = changed.withUnsafeBytes { TokenDigest($0) }
            #expect(try #require(other) != digest)
        }
        for count in [0, 31, 33] {
            #expect([UInt8](repeating: 0, count: count).withUnsafeBytes { TokenDigest($0) } == nil)
        }
    }

    @Test func `a lifetime and a secret out of range are clamped`() {
        #expect(TokenSettings() == TokenSettings(lifetimeSeconds: 31_536_000, secretDigits: 31))
        #expect(
            TokenSettings(lifetimeSeconds: 0, secretDigits: 0) == TokenSettings(lifetimeSeconds: 1, secretDigits: 31)
        )
        #expect(TokenSettings(lifetimeSeconds: .max, secretDigits: .max).lifetimeSeconds == 315_360_000)
    }

    private func found(
        account: AccountID? = nil,
        digest: TokenDigest? = nil,
        keyID: Int64 = 2,
        now: Timestamp
    ) -> TokenLookup {
        .found(
            LiveToken(
                account: account ?? self.account,
                email: "a@b",
                type: .user,
                role: .member,
                scopes: "",
                digest: digest ?? keys.digest(token).digest,
                keyID: keyID,
                issuedAt: issuedAt,
                expiresAt: expiresAt
            ),
            now: now
        )
    }

    private func isLive(_ verdict: TokenVerdict) -> Bool {
        if case .live(let row, _) = verdict { row.account == account } else { false }
    }

    private func isDead(_ verdict: TokenVerdict) -> Bool {
        if case .dead = verdict { true } else { false }
    }
}
