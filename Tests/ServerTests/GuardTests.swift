import Auth
import NIOCore
import Testing

@testable import Server

/// The guard paths over HTTP/1, where the gate answers them.
struct GuardTests {
    static let paths = ["/guard/auth-request", "/guard/forward-auth", "/guard/ext-authz", "/guard/ext-authz/a/b?c=d"]
    static let identity = [
        "X-Latchkey-User", "X-Latchkey-Email", "X-Latchkey-Account-Type", "X-Latchkey-Role", "X-Latchkey-Scopes",
        "X-Latchkey-Expires",
    ]
    static let nobody = identity.map { "\($0): " }

    /// One request on a connection of its own, answered without the router.
    private func text(
        _ requestLine: String,
        _ fields: [String] = [],
        body: String = "",
        allowsPreflight: Bool = false
    ) async throws -> String {
        let rig = try EdgeRig(try await SeededStore.shared.value, allowsPreflight: allowsPreflight)
        defer { rig.finish() }
        try rig.send(([requestLine, "Host: a"] + fields + ["", body]).joined(separator: "\r\n"))
        #expect(rig.router.heads.isEmpty, "the gate answers this itself")
        return WireAnswer.withFixedDate(rig.takeText())
    }

    private func answer(
        _ requestLine: String,
        _ fields: [String] = [],
        body: String = "",
        allowsPreflight: Bool = false
    ) async throws -> WireAnswer {
        let text = try await text(requestLine, fields, body: body, allowsPreflight: allowsPreflight)
        let answers = try #require(WireAnswer.all(in: text, bodiless: requestLine.hasPrefix("HEAD")), "\(text)")
        #expect(answers.count == 1)
        return try #require(answers.first)
    }

    @Test(arguments: paths)
    func `a live token passes with all identity fields`(_ path: String) async throws {
        let account = try await SeededStore.shared.value.signedInService(scopes: "orders.read orders.write")
        let text = try await text("GET \(path) HTTP/1.1", .bearer(account.token))
        let expiry = try #require(text.firstMatch(of: #/X-Latchkey-Expires: (\d+)\r\n/#).flatMap { Int64($0.output.1) })
        #expect(31_535_000...31_536_000 ~= expiry - WallClock.system.now.seconds)
        let lines = [
            "HTTP/1.1 200 OK", "Date: Thu, 01 Jan 1970 00:00:00 GMT", "Content-Length: 0", "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff", "X-Latchkey-User: \(account.id)", "X-Latchkey-Email: \(account.email)",
            "X-Latchkey-Account-Type: service", "X-Latchkey-Role: member",
            "X-Latchkey-Scopes: orders.read orders.write", "X-Latchkey-Expires: \(expiry)", "", "",
        ]
        #expect(text == lines.joined(separator: "\r\n"))
    }

    @Test func `an account without scopes has an empty field for them`() async throws {
        let account = try await SeededStore.shared.value.signedIn()
        let answer = try await answer("GET /guard/auth-request HTTP/1.1", .bearer(account.token))
        #expect(answer.fields.contains("X-Latchkey-Scopes: "))
        #expect(answer.fields.contains("X-Latchkey-Account-Type: user"))
    }

    @Test(arguments: [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH", "TRACE", "PURGE",
    ])
    func `any method is judged alike`(_ method: String) async throws {
        let account = try await SeededStore.shared.value.signedIn()
        for path in Self.paths {
            #expect(try await answer("\(method) \(path) HTTP/1.1", .bearer(account.token)).status == 200)
            #expect(try await answer("\(method) \(path) HTTP/1.1").status == 401)
        }
    }

    @Test(arguments: [
        ["Authorization: Basic dTpw"], ["Authorization: Bearer"], ["Authorization:"], ["Authorization: Bearer x"],
        ["Authorization: Bearer bus|4242424242424x424242424242424242|4343434343434x434343434343434343"],
        ["Authorization: Bearer a b"], ["Authorization: Bearer x", "Authorization: Bearer y"],
    ])
    func `every fault of a token is 401`(_ fields: [String]) async throws {
        for path in Self.paths {
            let answer = try await answer("GET \(path) HTTP/1.1", fields)
            #expect(answer.status == 401)
            #expect(answer.reason == "UNAUTHORIZED")
            let isBearer = fields.count > 1 || fields[0].hasPrefix("Authorization: Bearer")
            #expect(answer["www-authenticate"] == (isBearer ? #"Bearer error="invalid_token""# : "Bearer"))
        }
    }

    @Test func `of two tokens none counts, though both are live`() async throws {
        let account = try await SeededStore.shared.value.signedIn()
        let bearer = [String].bearer(account.token)
        #expect(try await answer("GET /guard/auth-request HTTP/1.1", bearer + bearer).status == 401)
    }

    @Test func `no token is 401 without an error code, wherever else a token stands`() async throws {
        let token = try await SeededStore.shared.value.signedIn().token
        let fields = ["X-Original-URI: /x?access_token=\(token)", "X-Forwarded-Uri: /x?access_token=\(token)"]
        for path in Self.paths {
            let answer = try await answer("GET \(path) HTTP/1.1", fields)
            #expect(answer.status == 401)
            #expect(answer["www-authenticate"] == "Bearer")
        }
    }

    @Test(arguments: [
        ("GET /guard/auth-request HTTP/1.1", ["Content-Length: 3"], "abc"),
        ("POST /guard/forward-auth HTTP/1.1", ["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\n\r\n"),
    ])
    func `a body is read and ignored`(_ line: String, _ fields: [String], _ body: String) async throws {
        let token = try await SeededStore.shared.value.signedIn().token
        let answer = try await answer(line, fields + .bearer(token), body: body)
        #expect(answer.status == 200)
        #expect(answer["connection"] == nil)
    }

    /// What the edge refuses with another status elsewhere.
    @Test(arguments: [
        ("GET", ["Host: b"]), ("POST", ["Content-Length: 20000"]), ("POST", ["Expect: x", "Content-Length: 1"]),
        ("POST", ["Content-Encoding: gzip", "Content-Length: 1"]), ("POST", ["Transfer-Encoding: gzip, chunked"]),
    ])
    func `what cannot be served is 403`(_ method: String, _ fields: [String]) async throws {
        let token = try await SeededStore.shared.value.signedIn().token
        for path in Self.paths + ["/guard/ext-authz/" + String(repeating: "a", count: 9000)] {
            let answer = try await answer("\(method) \(path) HTTP/1.1", fields + .bearer(token))
            #expect(answer.status == 403)
            #expect(answer.reason == "FORBIDDEN")
        }
    }

    @Test func `HTTP 1.0 keeps its connection when it asks to`() async throws {
        let seed = try await SeededStore.shared.value
        let token = try await seed.signedIn().token
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        for _ in 0..<2 {
            let fields = "Authorization: Bearer \(token)\r\nConnection: keep-alive\r\n"
            try rig.send("GET /guard/auth-request HTTP/1.0\r\n\(fields)\r\n")
            let answers = try rig.takeAnswers()
            #expect(answers.map(\.status) == [200])
            #expect(answers.first?["connection"] == "keep-alive")
            #expect(rig.ending == .open)
        }
        try rig.send("GET /guard/auth-request HTTP/1.0\r\nAuthorization: Bearer \(token)\r\n\r\n")
        #expect(try rig.takeAnswers().first?["connection"] == "close")
        #expect(rig.ending == .lingering)
    }

    @Test(arguments: ["/guard", "/guard/", "/guard/auth-request/", "/guard/ext-authzz", "/guard/Auth-Request"])
    func `another path is none of the guard's`(_ path: String) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(rig.router.heads.count == 1)
    }

    @Test func `a store that is not certain is 503`() async throws {
        let answer = GuardAnswer.answer(
            to: GuardRequest("/guard/auth-request", .guardAuthRequest),
            .unavailable("the disk is gone"),
            log: .silent
        )
        #expect(answer.status == 503)
        #expect(answer.identity == nil)
    }
}
