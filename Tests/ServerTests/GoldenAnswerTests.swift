import Foundation
import NIOCore
import Testing

/// Whole answers of the gate to the byte; the date alone is fixed.
struct GoldenAnswerTests {
    static let status = "/api/1.1/wf/api-token-status"

    private func answer(to request: String, authorization: [String] = []) async throws -> String {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        let fields = authorization.map { "Authorization: \($0)\r\n" }.joined()
        try rig.send("\(request)\r\nHost: a\r\n\(fields)\r\n")
        #expect(rig.router.heads.isEmpty, "the gate answers this itself")
        #expect(rig.ending == .open)
        return WireAnswer.withFixedDate(rig.takeText())
    }

    private func golden(_ statusLine: String, _ fields: [String], _ body: String) -> String {
        let lines = [
            "HTTP/1.1 \(statusLine)", "Date: Thu, 01 Jan 1970 00:00:00 GMT",
            "Content-Type: application/json; charset=utf-8", "Content-Length: \(body.utf8.count)",
        ]
        return (lines + fields + ["", body]).joined(separator: "\r\n")
    }

    private let common = ["Cache-Control: no-store", "X-Content-Type-Options: nosniff"]
    private let cors = [
        "Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: retry-after, www-authenticate",
    ]

    @Test func `liveness is answered by the gate`() async throws {
        #expect(
            try await answer(to: "GET /health/alive HTTP/1.1") == golden("200 OK", common, #"{"status":"alive"}"#)
        )
    }

    @Test func `a live token's status is answered by the gate`() async throws {
        let account = try await SeededStore.shared.value.signedIn()
        let text = try await answer(
            to: "GET \(Self.status) HTTP/1.1",
            authorization: ["Bearer \(account.token)"]
        )
        let parts = text.components(separatedBy: "\r\n\r\n")
        let body = try #require(parts.last)
        #expect(text == golden("200 OK", common + cors, body))
        let time = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#
        let shape = body.replacing(time, with: "TIME").replacing(#/"expires":\d+/#, with: #""expires":SECONDS"#)
        #expect(
            shape
                == #"{"status":"success","response":{"user_id":"\#(account.id)","email":"\#(account.email)","#
                + #""account_type":"user","issued_at":"TIME","expires_at":"TIME","expires":SECONDS,"renew_after":"TIME"}}"#
        )
        let seconds = try #require(body.firstMatch(of: #/"expires":(\d+)/#).flatMap { Int($0.output.1) })
        #expect(31_535_900...31_536_000 ~= seconds)
    }

    @Test func `no token is 401 without an error code`() async throws {
        #expect(
            try await answer(to: "GET \(Self.status) HTTP/1.1")
                == golden(
                    "401 Unauthorized",
                    common + cors + ["WWW-Authenticate: Bearer"],
                    #"{"statusCode":401,"reason":"UNAUTHORIZED","message":"A bearer token is needed: send Authorization: Bearer YOUR_TOKEN"}"#
                )
        )
    }

    /// RFC 6750 section 3.1: the error codes are for tokens, and none was given.
    @Test func `credentials of another scheme are 401 without an error code`() async throws {
        let text = try await answer(to: "GET \(Self.status) HTTP/1.1", authorization: ["Basic dTpw"])
        #expect(text.contains("\r\nWWW-Authenticate: Bearer\r\n"))
    }

    /// Every fault of a token that was given: the same bytes, whatever is wrong with it.
    @Test(arguments: [
        "Bearer", "Bearer ", "bearer x", "Bearer bus|1|2", "Bearer ' OR 1=1--",
        "Bearer bus|4242424242424x424242424242424242|4343434343434x434343434343434343",
        "Bearer bus%7C4242424242424x424242424242424242%7C4343434343434x434343434343434343",
        "Bearer bus|\u{661}242424242424x424242424242424242|4343434343434x434343434343434343",
        "Bearer bus|4242424242424x424242424242424242|4343434343434x434343434343434343, Bearer x",
        "Bearer bus|4242424242424x424242424242424242|4343434343434 x434343434343434343",
        "Bearer\tbus|4242424242424x424242424242424242|4343434343434x434343434343434343",
    ])
    func `a token that is not live is 401 with the error code`(_ authorization: String) async throws {
        #expect(
            try await answer(to: "GET \(Self.status) HTTP/1.1", authorization: [authorization]) == invalidToken
        )
    }

    @Test func `a token with one digit off is not live`() async throws {
        let account = try await SeededStore.shared.value.signedIn()
        let last = account.token.last == "0" ? "1" : "0"
        let token = account.token.dropLast() + last
        #expect(
            try await answer(to: "GET \(Self.status) HTTP/1.1", authorization: ["Bearer \(token)"]) == invalidToken
        )
    }

    @Test func `of two tokens none counts, though both are live`() async throws {
        let account = try await SeededStore.shared.value.signedIn()
        let bearer = "Bearer \(account.token)"
        #expect(try await answer(to: "GET \(Self.status) HTTP/1.1", authorization: [bearer, bearer]) == invalidToken)
    }

    @Test(arguments: ["bearer", "BEARER", "Bearer  "])
    func `the scheme is read in any case and before any number of spaces`(_ scheme: String) async throws {
        let account = try await SeededStore.shared.value.signedIn()
        let text = try await answer(
            to: "GET \(Self.status) HTTP/1.1",
            authorization: ["\(scheme) \(account.token)"]
        )
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test func `the absolute form of a target is its path`() async throws {
        #expect(
            try await answer(to: "GET HTTP://A:80/health/alive HTTP/1.1")
                == golden("200 OK", common, #"{"status":"alive"}"#)
        )
    }

    private var invalidToken: String {
        golden(
            "401 Unauthorized",
            common + cors + [#"WWW-Authenticate: Bearer error="invalid_token""#],
            #"{"statusCode":401,"reason":"UNAUTHORIZED","message":"The bearer token is not valid; generate a new one"}"#
        )
    }
}
