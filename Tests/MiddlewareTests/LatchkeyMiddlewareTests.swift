import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import LatchkeyMiddleware

@Suite(.timeLimit(.minutes(5)))
struct LatchkeyMiddlewareTests {
    private let latchkey = FakeGuard()
    private let time = TestTime()

    private func middleware(
        maximumStaleness: Duration = .zero,
        capacity: Int = 100
    ) -> LatchkeyMiddleware<GuardedContext> {
        LatchkeyMiddleware(
            ask: { latchkey.verdict(on: $0) },
            maximumStaleness: maximumStaleness,
            capacity: capacity,
            now: { time.now },
            date: { time.date }
        )
    }

    private func send(
        _ app: some ApplicationProtocol,
        _ token: String?,
        _ fields: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = fields
        if let token { headers.append(HTTPField(name: .authorization, value: "Bearer \(token)")) }
        let all = headers
        return try await app.test(.router) { client in
            try await client.execute(uri: "/orders", method: .post, headers: all, body: ByteBuffer(string: "hello"))
        }
    }

    @Test func `a live token passes and the route knows who calls`() async throws {
        latchkey.add("good")
        let response = try await send(guardedApp(middleware()), "good")
        #expect(response.status == .ok)
        #expect(String(buffer: response.body) == "sync@example.com hello []")
    }

    @Test func `without a live token nothing passes, and the challenge says how`() async throws {
        latchkey.add("good")
        let app = guardedApp(middleware())
        for (token, fields) in [
            ("bad", [:]), (nil, [:]), ("good", [.authorization: "Bearer good"]), (nil, [.authorization: ""]),
        ] as [(String?, HTTPFields)] {
            let response = try await send(app, token, fields)
            #expect(response.status == .unauthorized)
            #expect(response.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
            #expect(!String(buffer: response.body).contains("good"))
        }
    }

    @Test func `an account without what is demanded is forbidden`() async throws {
        latchkey.answer(.forbidden(challenge: #"Bearer error="insufficient_scope""#))
        let response = try await send(guardedApp(middleware()), "good")
        #expect(response.status == .forbidden)
        #expect(response.headers[.wwwAuthenticate] == #"Bearer error="insufficient_scope""#)
    }

    @Test(arguments: [(nil, "1"), ("30", "30"), ("x\r\ny", "1")] as [(String?, String)])
    func `uncertain is 503, never a pass`(retryAfter: String?, told: String) async throws {
        latchkey.add("good")
        let app = guardedApp(middleware())
        latchkey.answer(.unavailable(retryAfter: retryAfter))
        let response = try await send(app, "good")
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] == told)
    }

    @Test(arguments: [
        "X-Latchkey-User", "x-latchkey-role", "X_Latchkey_Email", "X-Latchkey_Scopes", "X-LATCHKEY-ANYTHING",
    ])
    func `a claim to have been verified does not get in`(name: String) async throws {
        latchkey.add("good")
        let field = HTTPField(name: try #require(HTTPField.Name(name)), value: "forged")
        let response = try await send(guardedApp(middleware()), "good", HTTPFields([field, field]))
        #expect(String(buffer: response.body) == "sync@example.com hello []")
    }

    @Test func `a route that is not guarded knows nobody`() async throws {
        try await guardedApp(middleware()).test(.router) { client in
            try await client.execute(uri: "/open", method: .get) { #expect(String(buffer: $0.body) == "true") }
        }
        #expect(latchkey.asked == 0)
    }

    @Test func `each request asks, so that a revoked token passes no more`() async throws {
        latchkey.add("good")
        let app = guardedApp(middleware())
        for _ in 0..<3 { #expect(try await send(app, "good").status == .ok) }
        #expect(latchkey.asked == 3)
        latchkey.revoke("good")
        #expect(try await send(app, "good").status == .unauthorized)
    }

    @Test func `with a staleness a verdict serves that long and no longer`() async throws {
        latchkey.add("good")
        let app = guardedApp(middleware(maximumStaleness: .seconds(10)))
        #expect(try await send(app, "good").status == .ok)
        latchkey.revoke("good")
        time.pass(.seconds(9))
        #expect(try await send(app, "good").status == .ok)
        #expect(latchkey.asked == 1)
        time.pass(.seconds(1))
        #expect(try await send(app, "good").status == .unauthorized)
        #expect(try await send(app, "good").status == .unauthorized)
        #expect(latchkey.asked == 3)
    }

    @Test func `no staleness carries a token beyond its expiry`() async throws {
        latchkey.add("good", expires: Date(timeIntervalSince1970: 5))
        let app = guardedApp(middleware(maximumStaleness: .seconds(1000)))
        #expect(try await send(app, "good").status == .ok)
        time.pass(.seconds(5))
        latchkey.revoke("good")
        #expect(try await send(app, "good").status == .unauthorized)
    }

    @Test func `only a pass is kept, and for its own token alone`() async throws {
        latchkey.add("good")
        let app = guardedApp(middleware(maximumStaleness: .seconds(1000)))
        #expect(try await send(app, "good").status == .ok)
        #expect(try await send(app, "later").status == .unauthorized)
        latchkey.add("later")
        #expect(try await send(app, "later").status == .ok)
        latchkey.answer(.unavailable(retryAfter: nil))
        #expect(try await send(app, "third").status == .serviceUnavailable)
    }

    @Test func `what is kept is bounded, and the oldest gives way`() {
        var recent = RecentVerdicts(maximumStaleness: .seconds(1000), capacity: 3)
        for number in 0..<1000 {
            for _ in 0..<2 { recent.keep(.sample(), for: .init("\(number)"), asked: .seconds(1)) }
            let kept = (0..<1000).filter { recent.identity(.init("\($0)"), at: .seconds(2), date: .distantPast) != nil }
            #expect(kept == Array(max(0, number - 2)...number))
            guard number < 10 else { break }
        }
    }

    @Test func `of two questions about one token the later counts`() {
        var recent = RecentVerdicts(maximumStaleness: .seconds(10), capacity: 3)
        recent.keep(.sample(), for: .init("a"), asked: .seconds(5))
        recent.keep(.sample(), for: .init("a"), asked: .seconds(1))
        #expect(recent.identity(.init("a"), at: .seconds(14), date: .distantPast) != nil)
        #expect(recent.identity(.init("a"), at: .seconds(15), date: .distantPast) == nil)
    }

    @Test(arguments: ["", "127.0.0.1:8080", "ftp://a", "http://a/base", "http://a?b=c", "http://user@a"])
    func `an address that is none is refused at once`(address: String) {
        #expect(throws: LatchkeyConfigurationError.self) { try LatchkeyMiddleware<GuardedContext>(address) }
    }
}
