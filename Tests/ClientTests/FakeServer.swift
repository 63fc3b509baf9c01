import Foundation
import LatchkeyClient

/// One account as the server keeps it: a sign-in ends the token before.
actor FakeServer {
    static let credentials = Credentials(email: "sync@example.com", password: "canary-password")
    static let userID = "1665086295388x405886519539808060"

    let clock: JumpingClock
    let lifetime: Int
    private(set) var signIns = 0
    private(set) var signInTimes: [Duration] = []
    private(set) var live: String?
    private(set) var issued: [String] = []
    /// Answers given instead of tokens, first to last; nil is no answer at all.
    var failures: [TokenAnswer?] = []
    private var born = Duration.zero
    private var held: [CheckedContinuation<Void, Never>]?

    init(_ clock: JumpingClock, lifetime: Int = 31_536_000) {
        self.clock = clock
        self.lifetime = lifetime
    }

    nonisolated var transport: TokenTransport {
        { try await self.answer(to: $0) }
    }

    func fail(_ answers: [TokenAnswer?]) { failures = answers }
    func fail(_ answer: TokenAnswer?, times: Int) { failures = Array(repeating: answer, count: times) }
    func revoke() { live = nil }

    /// No sign-in is answered until `release`.
    func hold() { held = [] }

    func release() {
        let waiting = held ?? []
        held = nil
        for sleeper in waiting { sleeper.resume() }
    }

    private func answer(to call: TokenCall) async throws -> TokenAnswer {
        switch call {
        case .signIn:
            signIns += 1
            signInTimes.append(clock.now)
            if held != nil { await withCheckedContinuation { held?.append($0) } }
            if !failures.isEmpty {
                guard let failure = failures.removeFirst() else { throw NoRoute() }
                return failure
            }
            let token = "bus|\(FakeServer.userID)|canary-token-\(signIns)"
            live = token
            born = clock.now
            issued.append(token)
            return .success(token, lifetime)
        case .status(let token):
            let rest = lifetime - Int((clock.now - born).components.seconds)
            guard token == live, rest > 0 else { return .error(401, "UNAUTHORIZED") }
            // The date of this server is a quarter of a century off.
            let birth = Date(timeIntervalSince1970: 1_000_000_000)
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            return TokenAnswer(
                status: 200,
                body: Array(
                    """
                    {"status":"success","response":{"user_id":"\(FakeServer.userID)","email":"sync@example.com",\
                    "account_type":"service","issued_at":"\(format.format(birth))",\
                    "expires_at":"\(format.format(birth + TimeInterval(lifetime)))","expires":\(rest),"renew_after":""}}
                    """.utf8
                )
            )
        }
    }
}

struct NoRoute: Error {}

extension TokenAnswer {
    static func success(_ token: String, _ expires: Int) -> TokenAnswer {
        let text = """
            {"status":"success","response":{"token":"\(token)","user_id":"\(FakeServer.userID)","expires":\(expires)}}
            """
        return TokenAnswer(status: 200, body: Array(text.utf8))
    }

    static func error(_ status: Int, _ reason: String, retryAfter: String? = nil) -> TokenAnswer {
        let text = #"{"statusCode":\#(status),"reason":"\#(reason)","message":"words"}"#
        return TokenAnswer(status: status, retryAfter: retryAfter, body: Array(text.utf8))
    }

    static let wrongCredentials = error(400, "INVALID_LOGIN_CREDENTIALS")
    static let overloaded = error(503, "UNAVAILABLE")
}
