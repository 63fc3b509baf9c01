import Testing

@testable import LatchkeyClient

@Suite(.timeLimit(.minutes(5)))
struct TokenClientTests {
    private let clock = JumpingClock()

    @Test func `a hundred callers at once cause one sign-in`() async throws {
        let server = FakeServer(clock)
        let client = TokenClient.of(server)
        await server.hold()
        try await withThrowingTaskGroup(of: String.self) { tasks in
            for _ in 0..<100 { tasks.addTask { try await client.token().text } }
            await until { await client.waiting == 100 }
            await server.release()
            let texts = try await tasks.reduce(into: Set<String>()) { $0.insert($1) }
            #expect(texts == [await server.live])
        }
        #expect(await server.signIns == 1)
        _ = try await client.token()
        #expect(await server.signIns == 1)
    }

    @Test func `a caller that is cancelled leaves and the others get their token`() async throws {
        let server = FakeServer(clock)
        let client = TokenClient.of(server)
        await server.hold()
        let first = Task { try await client.token() }
        let second = Task { try await client.token() }
        await until { await client.waiting == 2 }
        first.cancel()
        await #expect(throws: TokenClientError.cancelled) { try await first.value }
        await server.release()
        #expect(try await second.value.text == server.live)
        #expect(await server.signIns == 1)
    }

    @Test func `a token is renewed at two thirds of its life, by chance a twentieth earlier or later`() async throws {
        for (chance, share) in [(0.0, 0.6166), (0.5, 0.6666), (0.999, 0.7165)] {
            let server = FakeServer(clock, lifetime: 100_000)
            let client = TokenClient.of(server, chance: chance)
            let first = try await client.token()
            clock.pass(.seconds(100_000 * share - 20))
            #expect(try await client.token().serial == first.serial)
            #expect(await !client.isRenewalDue)
            clock.pass(.seconds(40))
            #expect(await client.isRenewalDue)
            #expect(try await client.token().serial != first.serial)
            #expect(await server.signIns == 2)
        }
    }

    @Test func `while a renewal fails callers get the token that lives, without waiting`() async throws {
        let server = FakeServer(clock, lifetime: 9000)
        let client = TokenClient.of(server, chance: 0.9)
        let first = try await client.token()
        clock.pass(.seconds(7000))
        await server.fail(nil, times: 3)
        let began = clock.now
        #expect(try await client.token().serial == first.serial)
        #expect(clock.now == began)
        // The next attempt hangs: nobody waits for it.
        clock.pass(.seconds(5))
        await server.hold()
        for _ in 0..<10 { #expect(try await client.token().serial == first.serial) }
        await until { await server.signIns == 3 }
        await server.release()
        while try await client.token().serial == first.serial {
            clock.pass(.seconds(1))
            await until { await !client.attemptIsRunning }
        }
        #expect(await server.signIns == 5)
        #expect(clock.now - began < .seconds(120))
    }

    @Test func `a token is not given beyond its expiry, whatever the server does`() async throws {
        let server = FakeServer(clock, lifetime: 9000)
        let client = TokenClient.of(server)
        _ = try await client.token()
        clock.pass(.seconds(9000))
        await server.fail(.overloaded, times: 1000)
        await #expect(throws: TokenClientError.self) { try await client.token() }
    }

    @Test func `the life is counted from before the question`() async throws {
        let server = FakeServer(clock, lifetime: 9000)
        let client = TokenClient.of(server)
        await server.hold()
        let first = Task { try await client.token() }
        await until { await client.waiting == 1 }
        clock.pass(.seconds(6000))
        await server.release()
        _ = try await first.value
        #expect(await client.isRenewalDue)
    }

    @Test func `failed sign-ins are repeated with pauses that double up to a minute`() async throws {
        let server = FakeServer(clock)
        await server.fail([nil, .overloaded, .error(429, "TOO_MANY_ATTEMPTS"), .error(500, "INTERNAL")])
        let client = TokenClient.of(server, patience: .seconds(3600), chance: 1)
        _ = try await client.token()
        #expect(clock.naps == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
        await server.revoke()
        await server.fail(nil, times: 12)
        _ = try await client.renew()
        #expect(clock.naps.last == .seconds(60))
    }

    @Test func `chance alone decides the pause below its bound`() async throws {
        for chance in [0.0, 0.25, 0.75] {
            var renewal = TokenRenewal()
            for bound in [1.0, 2, 4, 8, 16, 32, 60, 60] {
                renewal.attemptFailed(.lost, at: .zero, rest: nil, chance: chance)
                #expect(renewal.earliestAttempt == .seconds(bound * chance))
            }
        }
    }

    @Test func `a pause that the server asks for is kept`() async throws {
        let server = FakeServer(clock)
        await server.fail([.error(429, "TOO_MANY_ATTEMPTS", retryAfter: "17")])
        _ = try await TokenClient.of(server).token()
        #expect(clock.naps == [.seconds(17.5)])
    }

    @Test(arguments: ["-5", "soon", "", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"])
    func `a pause that makes no sense does no harm`(retryAfter: String) async throws {
        let server = FakeServer(clock)
        await server.fail([.error(503, "UNAVAILABLE", retryAfter: retryAfter)])
        _ = try await TokenClient.of(server).token()
        #expect(clock.naps == [.milliseconds(500)])
    }

    @Test func `a caller is told when its patience ends, and how long the pause is`() async throws {
        let server = FakeServer(clock)
        await server.fail([.error(503, "UNAVAILABLE", retryAfter: "100")])
        let error = await #expect(throws: TokenClientError.self) { try await TokenClient.of(server).token() }
        #expect(error == .unavailable(.status(503), retryAfter: .seconds(100.5)))
        #expect(clock.naps.isEmpty)
    }

    @Test func `inside the margin of a short life there is room for several attempts`() async throws {
        let server = FakeServer(clock, lifetime: 12)
        let client = TokenClient.of(server, chance: 0.9)
        let first = try await client.token()
        clock.pass(.seconds(9))
        await server.fail(nil, times: 3)
        while try await client.token().serial == first.serial {
            clock.pass(.milliseconds(100))
            await until { await !client.attemptIsRunning }
        }
        #expect(await server.signIns == 5)
        #expect(clock.now < .seconds(1_000_012))
    }

    @Test func `wrong credentials are final until they change`() async throws {
        let server = FakeServer(clock)
        await server.fail(.wrongCredentials, times: 1)
        let client = TokenClient.of(server)
        for _ in 0..<5 {
            await #expect(throws: TokenClientError.invalidCredentials) { try await client.token() }
            clock.pass(.seconds(3600))
        }
        #expect(await server.signIns == 1)
        await client.update(credentials: FakeServer.credentials)
        #expect(try await client.token().text == server.live)
    }

    @Test func `a token outlives the refusal of its credentials, to its expiry`() async throws {
        let server = FakeServer(clock, lifetime: 9000)
        let client = TokenClient.of(server)
        let first = try await client.token()
        clock.pass(.seconds(7000))
        await server.fail(.wrongCredentials, times: 1)
        for _ in 0..<5 { #expect(try await client.token().serial == first.serial) }
        #expect(await server.signIns == 2)
        await #expect(throws: TokenClientError.invalidCredentials) { try await client.token(after: first) }
        #expect(await server.signIns == 2)
    }

    @Test func `what the server will not answer at all is told at once`() async throws {
        for (answer, reason) in [(TokenAnswer.error(404, "NOT_FOUND"), "NOT_FOUND"), (.error(301, "no name"), nil)] {
            let server = FakeServer(clock)
            await server.fail([answer])
            let error = await #expect(throws: TokenClientError.self) { try await TokenClient.of(server).token() }
            #expect(error == .refused(status: answer.status, reason: reason))
        }
        #expect(clock.naps.isEmpty)
    }

    @Test func `an answer to older credentials counts for nothing`() async throws {
        let server = FakeServer(clock)
        let client = TokenClient.of(server)
        await server.hold()
        await server.fail([.wrongCredentials])
        let caller = Task { try await client.token() }
        await until { await client.waiting == 1 }
        await client.update(credentials: Credentials(email: "other@example.com", password: "canary-password"))
        await until { await server.signIns == 2 }
        await server.release()
        _ = try? await caller.value
        _ = try await client.token()
    }
}

extension FailedAttempt {
    static let lost = FailedAttempt(error: .transient(.network("lost")))
}
