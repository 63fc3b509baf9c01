import Auth
import SQLiteStorage
import Testing

@testable import Server

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
            inPlaceOf: nil,
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
            inPlaceOf: nil,
            source: source
        )
        clock.advance(bySeconds: idle)
        #expect(try await sessions.resume(another) == nil)
    }

    @Test func `a password that was set since it was confirmed is not replaced, and begins no session`() async throws {
        let seed = try await SeededStore.shared.value
        let people = seed.people(seed.hasher, seed.authority)
        let id = try await seed.account().id
        let account = try #require(try await seed.store.account(number: id.number))
        let source = RequestSource(address: nil, agent: "")
        let password = try Password(SeededStore.password)
        let known = try await people.sessions.confirm(account, password: password, source: source)
        #expect(known == 1)
        let reset = try Password("an operator's, long enough")
        #expect(try await people.accounts.setPassword(of: account.email, to: reset, by: .test) == 2)
        let own = try Password("one's own, which comes late")
        let late = try await people.accounts.setPassword(
            of: account.email,
            to: own,
            ifPasswordVersion: known,
            by: .test
        )
        #expect(late == nil)
        #expect(try await people.sessions.begin(of: id, passwordVersion: known, inPlaceOf: nil, source: source) == nil)
        #expect(try await people.sessions.confirm(account, password: reset, source: source) == 2)
    }

    @Test func `the session that a browser had ends before the new one begins, and not by wrong credentials`()
        async throws
    {
        let seed = try await SeededStore.shared.value
        let sessions = seed.people(seed.hasher, seed.authority).sessions
        let (id, email) = try await seed.account()
        let program = "program-\(id.number)@example.com"
        _ = try await seed.service(program, owner: id)
        func logIn(
            _ email: String,
            _ password: String = SeededStore.password,
            inPlaceOf old: OpaqueSecret?
        ) async throws -> OpaqueSecret {
            try await sessions.logIn(
                email: email,
                password: Password(password),
                inPlaceOf: old,
                source: RequestSource(address: nil, agent: "")
            )
        }
        let old = try await logIn(email, inPlaceOf: nil)
        await #expect(throws: AuthError.invalidCredentials) { try await logIn(email, "wrong", inPlaceOf: old) }
        await #expect(throws: AuthError.notUserAccount) { try await logIn(program, inPlaceOf: old) }
        #expect(try await sessions.resume(old) != nil)
        let new = try await logIn(email, inPlaceOf: old)
        #expect(try await sessions.resume(old) == nil)
        #expect(try await sessions.resume(new) != nil)
        // In this order an error between the two leaves no session whose secret nobody was told.
        let events = try await seed.store.auditEvents(of: id, after: 1, limit: 10)
        #expect(events.map(\.draft.kind) == [.sessionStarted, .sessionEnded, .sessionStarted])
    }
}
