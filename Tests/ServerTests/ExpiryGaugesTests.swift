import Auth
import SQLiteStorage
import Testing

@testable import Server

struct ExpiryGaugesTests {
    @Test func `tokens are counted by days left, and a count is a minute old at most`() async throws {
        let seed = try await SeededStore()
        let day: Int64 = 86_400
        for seconds in [-1, 3600, 2 * day, 6 * day, 20 * day, 60 * day, 200 * day] {
            let (id, _) = try await seed.account()
            let digest = [UInt8](repeating: 1, count: 32).withUnsafeBytes { TokenDigest($0) }
            let token = NewToken(digest: try #require(digest), keyID: 1, lifetimeSeconds: seconds)
            let draft = AuditDraft(.tokenGenerated, by: .test)
            _ = try await seed.store.replaceToken(of: id, with: token, ifPasswordVersion: 1, audit: draft)
        }
        let clock = Clock()
        let gauges = ExpiryGauges(store: seed.store, clock: WallClock { clock.now })
        let counts = await gauges.tokens()
        #expect(counts == [.expired: 1, .underOne: 1, .underSeven: 2, .underThirty: 1, .underNinety: 1])
        _ = try await seed.signedIn()
        let (id, _) = try await seed.account()
        let digest = [UInt8](repeating: 2, count: 32).withUnsafeBytes { TokenDigest($0) }
        let token = NewToken(digest: try #require(digest), keyID: 1, lifetimeSeconds: 7200)
        let draft = AuditDraft(.tokenGenerated, by: .test)
        _ = try await seed.store.replaceToken(of: id, with: token, ifPasswordVersion: 1, audit: draft)
        #expect(await gauges.tokens() == counts)
        clock.now = clock.now.advanced(bySeconds: 61)
        #expect(await gauges.tokens()[.underOne] == 2)
    }
}

private final class Clock: @unchecked Sendable {
    /// Touched by the test alone, between its awaits.
    var now = WallClock.system.now
}
