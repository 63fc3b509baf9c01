import Auth
import SQLiteStorage
import Testing

/// Sessions over a store whose time is in the test's hands.
struct SessionAuthorityTests {
    @Test(arguments: [60, 600, 1800] as [Int64])
    func `a session that is used goes on for its whole life, and ends when it is not`(idle: Int64) async throws {
        let clock = SteppedClock()
        let seed = try await SeededStore(clock: clock.wallClock)
        var settings = SessionSettings()
        settings.idleSeconds = idle
        settings.lifetimeSeconds = idle * 10
        let sessions = SessionAuthority(
            store: seed.store,
            keys: SecretKeys(seed.keys.cookies),
            signIn: seed.authority.signIn,
            settings: settings
        )
        let source = RequestSource(address: nil, agent: "")
        let secret = try await sessions.logIn(
            email: seed.account().email,
            password: Password(SeededStore.password),
            source: source
        )
        // A request each third of the time it may be idle.
        for _ in 0..<29 {
            clock.advance(bySeconds: idle / 3)
            #expect(try await sessions.resume(secret) != nil)
        }
        clock.advance(bySeconds: idle / 3)
        #expect(try await sessions.resume(secret) == nil)
        let another = try await sessions.logIn(
            email: seed.account().email,
            password: Password(SeededStore.password),
            source: source
        )
        clock.advance(bySeconds: idle)
        #expect(try await sessions.resume(another) == nil)
    }
}
