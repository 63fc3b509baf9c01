import Auth
import Logging
import NIOCore

/// The answers of RFC 7662 section 2.2.
enum IntrospectionAnswer {
    static let inactive = Answer(body: ByteBuffer(string: "{\"active\":false}"))

    static func answer(to verdict: TokenVerdict, issuer: String, log: Logger) -> Answer {
        switch verdict {
        case .live(let token, _): Answer(body: body(token, issuer))
        case .dead: inactive
        case .unavailable(let why): unavailable(why, log)
        }
    }

    private static func unavailable(_ why: String, _ log: Logger) -> Answer {
        log.error("verification is unavailable", metadata: ["reason": .string(why)])
        return OAuthError(ErrorResponse.unavailable).answer
    }

    /// `role` and `account_type` beside the RFC's own members; `scope` is empty when the token is not limited.
    private static func body(_ token: LiveToken, _ issuer: String) -> ByteBuffer {
        var body = ByteBuffer()
        body.write(expecting: 512) { body in
            body.write("{\"active\":true,\"sub\":\"")
            body.write(token.account)
            body.write("\",\"username\":")
            body.writeJSON(token.email)
            body.write(",\"scope\":")
            body.writeJSON(token.scopes)
            body.write(",\"token_type\":\"Bearer\",\"iat\":")
            body.write(token.issuedAt.seconds)
            body.write(",\"exp\":")
            body.write(token.expiresAt.seconds)
            body.write(",\"iss\":")
            body.writeJSON(issuer)
            body.write(",\"role\":\"")
            body.write(token.role.rawValue)
            body.write("\",\"account_type\":\"")
            body.write(token.type.rawValue)
            body.write("\"}")
        }
        return body
    }
}
