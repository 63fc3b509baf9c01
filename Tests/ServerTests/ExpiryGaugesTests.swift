import Auth
import SQLiteStorage
import Testing

@testable import Server

struct ExpiryGaugesTests {
    @Test func `tokens are counted by days left, and a count is a minute old at most`() async throws {
        let seed = try await SeededStore()
        let day: Int64 = 86_400
        for seconds in [-1, 3600, 2 * day, 6 * day, 20 * day, 60 * day, 200 * day] {
            try await addToken(to: seed, lifetimeSeconds: seconds)
        }
        let clock = SteppedClock()
        let gauges = ExpiryGauges(store: seed.store, clock: clock.wallClock)
        // Those who ask while the first is read wait for it.
        let all = await withTaskGroup(of: [ExpiryGauges.Band: Int].self) { tasks in
            for _ in 0..<50 { tasks.addTask { await gauges.tokens() } }
            return await tasks.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(all.count == 1)
        let counts = try #require(all.first)
        #expect(counts == [.expired: 1, .underOne: 1, .underSeven: 2, .underThirty: 1, .underNinety: 1])
        _ = try await seed.signedIn()
        try await addToken(to: seed, lifetimeSeconds: 7200)
        #expect(await gauges.tokens() == counts)
        clock.advance(bySeconds: 61)
        #expect(await gauges.tokens()[.underOne] == 2)
    }

    private func addToken(to seed: SeededStore, lifetimeSeconds: Int64) async throws {
        let (id, _) = try await seed.account()
        let digest = [UInt8](repeating: 1, count: 32).withUnsafeBytes { TokenDigest($0) }
        let stored = try await seed.store.replaceToken(
            of: id,
            with: NewToken(digest: try #require(digest), keyID: 1, lifetimeSeconds: lifetimeSeconds),
            ifPasswordVersion: 1,
            ifGeneration: nil,
            audit: AuditDraft(.tokenGenerated, by: .test)
        )
        #expect(stored != nil)
    }
}
