import Auth
import Logging
import NIOCore

/// The answer of `/api-token-status`, a pure function of the verdict: the gate and the router render the same bytes.
enum StatusAnswer {
    static func answer(to verdict: TokenVerdict, log: Logger) -> Answer {
        switch verdict {
        case .live(let token, let now): Answer(body: body(token, now))
        case .dead: ErrorResponse.invalidToken.answer
        case .unavailable(let why): unavailable(why, log: log)
        }
    }

    /// 503, with the reason in the log alone.
    static func unavailable(_ why: String, log: Logger) -> Answer {
        log.error("verification is unavailable", metadata: ["reason": .string(why)])
        return ErrorResponse.unavailable.answer
    }

    private static func body(_ token: LiveToken, _ now: Timestamp) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(320)
        body.writeStaticString("{\"status\":\"success\",\"response\":{\"user_id\":\"")
        body.write(token.account)
        body.writeStaticString("\",\"email\":")
        body.writeJSON(token.email)
        body.writeStaticString(",\"account_type\":\"")
        body.writeString(token.type.rawValue)
        body.writeStaticString("\",\"issued_at\":\"")
        body.write(token.issuedAt)
        body.writeStaticString("\",\"expires_at\":\"")
        body.write(token.expiresAt)
        body.writeStaticString("\",\"expires\":")
        body.writeDecimal((token.expiresAt.milliseconds - now.milliseconds) / 1000)
        body.writeStaticString(",\"renew_after\":\"")
        body.write(token.renewAfter)
        body.writeStaticString("\"}}")
        return body
    }
}
