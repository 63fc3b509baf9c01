import Testing

@testable import LatchkeyClient

struct TokenAnswerTests {
    @Test(arguments: [
        "", "{", "[]", "null", #"{"response":null}"#, #"{"response":{"token":"bus|a|b","user_id":"a"}}"#,
        #"{"response":{"token":"","user_id":"a","expires":5}}"#,
        #"{"response":{"token":"a b","user_id":"a","expires":5}}"#,
        #"{"response":{"token":"a\nb","user_id":"a","expires":5}}"#,
        #"{"response":{"token":"a","user_id":"a","expires":0}}"#,
        #"{"response":{"token":"a","user_id":"a","expires":-1}}"#,
        #"{"response":{"token":"a","user_id":"a","expires":1e99}}"#,
        #"{"response":{"token":"é","user_id":"a","expires":5}}"#, "<html>Welcome</html>",
    ])
    func `what is no token is none, and is asked for again`(body: String) {
        let answer = TokenAnswer(status: 200, body: Array(body.utf8))
        let failure = #expect(throws: FailedAttempt.self) { try answer.issuedToken() }
        #expect(failure?.error == .transient(.unexpectedAnswer))
        #expect(throws: FailedAttempt.self) { try answer.life() }
    }

    @Test func `a life beyond reason is taken for a hundred years`() throws {
        #expect(try TokenAnswer.success("a", .max).issuedToken().expiresIn == .seconds(3_155_760_000))
    }

    @Test(arguments: [
        (400, AttemptError.refused(status: 400, reason: "MISSING_DATA")),
        (401, .refused(status: 401, reason: "MISSING_DATA")),
        (408, .transient(.status(408))), (429, .transient(.status(429))), (500, .transient(.status(500))),
        (503, .transient(.status(503))), (204, .transient(.unexpectedAnswer)),
        (307, .refused(status: 307, reason: "MISSING_DATA")),
    ])
    func `each status says whether to try again`(status: Int, error: AttemptError) {
        let failure = #expect(throws: FailedAttempt.self) {
            try TokenAnswer.error(status, "MISSING_DATA").issuedToken()
        }
        #expect(failure?.error == error)
    }

    @Test(arguments: [
        "", "auth.example.com", "ftp://auth.example.com", "https://", "https://user@auth.example.com",
        "https://a.example/?b=c",
        "https://a.example/#b", "http//a", "https://a:b@c",
    ])
    func `an address that is none is refused at once`(address: String) {
        let error = #expect(throws: TokenClientError.self) {
            try TokenClient(address, credentials: FakeServer.credentials)
        }
        guard case .invalidConfiguration? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `certificate authorities that cannot be read are refused at once`() {
        var configuration = TokenClient.Configuration()
        configuration.certificateAuthorityFile = "/no/such/file"
        #expect(throws: TokenClientError.self) {
            try TokenClient("https://a.example", credentials: FakeServer.credentials, configuration: configuration)
        }
    }
}
