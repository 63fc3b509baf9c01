import Foundation

/// The two questions the client asks the server.
package enum TokenCall: Sendable {
    /// `POST /api-token-generate`: a new token, which ends the one before.
    case signIn(Credentials)
    /// `GET /api-token-status` with this token.
    case status(String)
}

extension TokenCall: CustomStringConvertible, CustomReflectable {
    package var description: String { "TokenCall(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What came back, whoever sent it.
package struct TokenAnswer: Sendable {
    package let status: Int
    package let retryAfter: String?
    package let body: [UInt8]

    package init(status: Int, retryAfter: String? = nil, body: [UInt8]) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }
}

/// Asks the server. Throws when there was no complete answer in time.
package typealias TokenTransport = @Sendable (TokenCall) async throws -> TokenAnswer

/// A token as an answer tells it.
struct IssuedToken: Sendable {
    let text: String
    let userID: String
    let expiresIn: Duration
}

/// How long a token still lives and how long it lived from its issue on.
struct TokenLife: Sendable {
    let userID: String
    let rest: Duration
    let whole: Duration
}

/// An attempt that gave nothing.
struct FailedAttempt: Error {
    let error: AttemptError
    /// The server's `Retry-After` (RFC 9110, section 10.2.3).
    var retryAfter: Duration?
}

/// What an attempt that gave nothing says about the next.
enum AttemptError: Equatable, CustomStringConvertible {
    case invalidCredentials
    case refused(status: Int, reason: String?)
    case transient(TokenClientError.Cause)

    var description: String {
        switch self {
        case .invalidCredentials: "\(TokenClientError.invalidCredentials)"
        case .refused(let status, let reason): "\(TokenClientError.refused(status: status, reason: reason))"
        case .transient(let cause): cause.description
        }
    }
}

extension TokenAnswer {
    /// The longest `Retry-After` that is taken at its word.
    private static let longestPause = Duration.seconds(3600)
    /// The longest life that is taken at its word: a hundred years.
    private static let longestLife = 3_155_760_000

    /// The token of an answer to a sign-in.
    func issuedToken() throws(FailedAttempt) -> IssuedToken {
        guard status == 200 else { throw failure }
        struct Body: Decodable {
            struct Response: Decodable {
                let token: String
                let userId: String
                let expires: Int
            }
            let response: Response
        }
        guard let response = decoded(Body.self)?.response, BearerText.isPlausible(response.token), response.expires > 0
        else { throw FailedAttempt(error: .transient(.unexpectedAnswer)) }
        return IssuedToken(
            text: response.token,
            userID: response.userId,
            expiresIn: .seconds(min(response.expires, TokenAnswer.longestLife))
        )
    }

    /// The life of the token that was asked about; nil when it is dead.
    func life() throws(FailedAttempt) -> TokenLife? {
        if status == 401 { return nil }
        guard status == 200 else { throw failure }
        struct Body: Decodable {
            struct Response: Decodable {
                let userId: String
                let issuedAt: String
                let expiresAt: String
                let expires: Int
            }
            let response: Response
        }
        // Both instants are the server's, so that its date may be any.
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let response = decoded(Body.self)?.response, response.expires >= 0,
            let issued = try? format.parse(response.issuedAt), let expiry = try? format.parse(response.expiresAt)
        else { throw FailedAttempt(error: .transient(.unexpectedAnswer)) }
        let whole = min(max(expiry.timeIntervalSince(issued), 0), Double(TokenAnswer.longestLife))
        let rest = min(response.expires, TokenAnswer.longestLife)
        return TokenLife(userID: response.userId, rest: .seconds(rest), whole: max(.seconds(whole), .seconds(rest)))
    }

    private var failure: FailedAttempt {
        let pause = retryAfter.flatMap { Int($0) }.map { min(max(.zero, .seconds($0)), TokenAnswer.longestPause) }
        switch status {
        case 408, 425, 429, 500...599: return FailedAttempt(error: .transient(.status(status)), retryAfter: pause)
        case 200..<300: return FailedAttempt(error: .transient(.unexpectedAnswer))
        default:
            struct Body: Decodable { let reason: String }
            let reason = decoded(Body.self)?.reason
            if status == 400, reason == "INVALID_LOGIN_CREDENTIALS" { return FailedAttempt(error: .invalidCredentials) }
            let isName =
                reason?.utf8.allSatisfy { 0x41...0x5A ~= $0 || $0 == 0x5F } == true && (reason?.count ?? 0) <= 64
            return FailedAttempt(error: .refused(status: status, reason: isName ? reason : nil), retryAfter: pause)
        }
    }

    private func decoded<Body: Decodable>(_ type: Body.Type) -> Body? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(type, from: Data(body))
    }
}

/// The text of a token.
package enum BearerText {
    /// Whether `text` can stand in an `Authorization` header: visible ASCII, not empty, at most 512 bytes.
    package static func isPlausible(_ text: String) -> Bool {
        1...512 ~= text.utf8.count && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }
}
