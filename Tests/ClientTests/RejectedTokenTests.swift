import Synchronization
import Testing

@testable import LatchkeyClient

@Suite(.timeLimit(.minutes(5)))
struct RejectedTokenTests {
    private let clock = JumpingClock()

    @Test func `a token that somebody ended is replaced once, however many report it`() async throws {
        let server = FakeServer(clock)
        let client = TokenClient.of(server)
        let first = try await client.token()
        await server.revoke()
        await server.hold()
        try await withThrowingTaskGroup(of: String.self) { tasks in
            for _ in 0..<50 { tasks.addTask { try await client.token(after: first).text } }
            await until { await client.waiting == 50 }
            await server.release()
            let texts = try await tasks.reduce(into: Set<String>()) { $0.insert($1) }
            #expect(texts == [await server.live])
        }
        // One who comes late with the old token causes nothing.
        #expect(try await client.token(after: first).text == server.live)
        #expect(await server.signIns == 2)
    }

    @Test func `two clients of one account notice, say so and grow quiet`() async throws {
        let server = FakeServer(clock)
        let log = RecordedLog()
        let clients = [TokenClient.of(server, log: log), TokenClient.of(server, log: log)]
        var told = 0
        let began = clock.now
        // Both call an API every five seconds, for half a day.
        while clock.now - began < .seconds(43_200) {
            for client in clients {
                do {
                    let token = try await client.token()
                    if await token.text != server.live { _ = try await client.token(after: token) }
                } catch {
                    told += 1
                    guard case .accountShared(3..., _) = error else { throw error }
                }
            }
            clock.pass(.seconds(5))
        }
        #expect(told > 0)
        #expect(log.lines.contains { $0.contains("another program signs in with the same account") })
        let times = await server.signInTimes
        // Twice every 15 minutes at the end, jitter included.
        #expect(times.filter { $0 > clock.now - .seconds(3600) }.count <= 2 * 8)
        #expect(times.count < 300)
        let message = "\(TokenClientError.accountShared(earlyDeaths: 3, retryAfter: .seconds(5)))"
        #expect(message.contains("an account of its own"))
    }

    @Test func `a client that is alone again recovers`() async throws {
        let server = FakeServer(clock, lifetime: 86_400)
        let client = TokenClient.of(server)
        for _ in 0..<5 {
            while true {
                do {
                    _ = try await client.token()
                    break
                } catch {
                    clock.pass(.seconds(1))
                }
            }
            await server.revoke()
            let token = try await client.token()
            _ = try? await client.token(after: token)
        }
        clock.pass(.seconds(900))
        let token = try await client.token()
        #expect(token.text == (await server.live))
        clock.pass(.seconds(70_000))
        #expect(try await client.token().serial != token.serial)
        #expect(await client.renewal.earlyDeaths == 0)
    }

    @Test func `one revoked token, and another a month later, alarm nobody`() async throws {
        let server = FakeServer(clock)
        let log = RecordedLog()
        let client = TokenClient.of(server, log: log)
        for _ in 0..<6 {
            let token = try await client.token()
            clock.pass(.seconds(2_592_000))
            await server.revoke()
            #expect(try await client.token(after: token).text == server.live)
        }
        #expect(clock.naps.isEmpty)
        #expect(!log.lines.contains { $0.hasPrefix("warning") })
    }

    @Test func `a token that the client's own lost sign-in may have ended is no early death`() async throws {
        let server = FakeServer(clock, lifetime: 9000)
        let client = TokenClient.of(server)
        for _ in 0..<5 {
            let token = try await client.token()
            clock.pass(.seconds(6100))
            await server.fail([nil])
            _ = try await client.token()
            await server.revoke()
            _ = try await client.token(after: token)
        }
        #expect(await client.renewal.earlyDeaths == 0)
    }

    @Test func `a token of an earlier run is taken over without a sign-in while it lives`() async throws {
        let server = FakeServer(clock, lifetime: 9000)
        let text = try await TokenClient.of(server).token().text
        clock.pass(.seconds(3000))
        let next = TokenClient.of(server)
        let adopted = try #require(await next.adopt(text))
        #expect(adopted.expiresIn == .seconds(6000))
        #expect(try await next.token().text == text)
        #expect(await !next.isRenewalDue)
        clock.pass(.seconds(3001))
        #expect(await next.isRenewalDue)
        #expect(try await next.token().text != text)
        #expect(await server.signIns == 2)
        #expect(try await next.adopt(text) == nil)
        #expect(try await next.adopt("no\ntoken") == nil)
    }
}

@Suite(.timeLimit(.minutes(5)))
struct KeepFreshTests {
    private let clock = JumpingClock()

    /// Runs until `count` tokens were told, and gives what was told.
    private func told(_ count: Int, by client: TokenClient, checkingEvery interval: Duration? = nil) async -> [String] {
        let texts = Mutex<[String]>([])
        let task = Task {
            try await client.keepFresh(checkingEvery: interval) { token in
                let isEnough = texts.withLock { texts in
                    texts.append(token.text)
                    return texts.count >= count
                }
                if isEnough { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: TokenClientError.cancelled) { try await task.value }
        return texts.withLock { $0 }
    }

    @Test func `each new token is told once, in time`() async throws {
        let server = FakeServer(clock, lifetime: 9000)
        let began = clock.now
        #expect(await told(4, by: .of(server)) == server.issued)
        #expect(await server.signIns == 4)
        #expect(clock.now - began == .seconds(18_000))
    }

    @Test func `a server that is away for most of the margin costs nobody a token`() async throws {
        let server = FakeServer(clock, lifetime: 90_000)
        await server.fail([])
        let client = TokenClient.of(server)
        let first = try await client.token()
        await server.fail(nil, times: 500)
        let next = await told(2, by: client)
        #expect(next == [first.text, await server.live])
        #expect(clock.now < .seconds(1_000_000 + 90_000))
    }

    @Test func `what somebody else ended is replaced at the next check`() async throws {
        let server = FakeServer(clock)
        let client = TokenClient.of(server)
        let first = try await client.token()
        await server.revoke()
        let began = clock.now
        #expect(await told(2, by: client, checkingEvery: .seconds(60)) == [first.text, await server.live])
        #expect(clock.now - began == .seconds(60))
    }

    @Test(arguments: [nil, Duration.seconds(1)])
    func `a token that could not be handed on is handed on again, ever more rarely`(interval: Duration?) async throws {
        let server = FakeServer(clock)
        let attempts = Mutex<[(text: String, time: Duration)]>([])
        let client = TokenClient.of(server)
        let task = Task {
            try await client.keepFresh(checkingEvery: interval) { token in
                let count = attempts.withLock { attempts in
                    attempts.append((token.text, clock.now))
                    return attempts.count
                }
                // Another token is another matter.
                if count == 7 { await server.revoke(); await client.reject(token) }
                if count < 9 { throw NoRoute() }
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        await #expect(throws: TokenClientError.cancelled) { try await task.value }
        let issued = await server.issued
        #expect(issued.count == 2)
        let seen = attempts.withLock { $0 }
        #expect(seen.map(\.text) == Array(repeating: issued[0], count: 7) + Array(repeating: issued[1], count: 2))
        let pauses = zip(seen, seen.dropFirst()).map { ($1.time - $0.time).components.seconds }
        #expect(pauses[..<6] == [5, 10, 20, 40, 60, 60])
        #expect(pauses[7] == 5)
    }

    @Test func `refused credentials end it`() async throws {
        let server = FakeServer(clock)
        await server.fail([.wrongCredentials])
        let client = TokenClient.of(server)
        await #expect(throws: TokenClientError.invalidCredentials) { try await client.keepFresh { _ in } }
    }
}
