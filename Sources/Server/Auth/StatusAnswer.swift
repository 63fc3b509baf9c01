import Auth
import Logging
import NIOCore

/// The answer of `/api-token-status`, a pure function of the verdict: the gate and the router render the same bytes.
enum StatusAnswer {
    /// `memory` is what the body is written into: one that comes back unshared from the last answer costs no allocation.
    static func answer(to verdict: TokenVerdict, in memory: inout ByteBuffer, log: Logger) -> Answer {
        switch verdict {
        case .live(let token, let now):
            memory.clear()
            memory.write(expecting: 640) { write(token, now, to: &$0) }
            return Answer(body: memory)
        case .dead: return ErrorResponse.invalidToken.answer
        case .unavailable(let why): return unavailable(why, log: log)
        }
    }

    /// 503, with the reason in the log alone.
    static func unavailable(_ why: String, log: Logger) -> Answer {
        log.error("verification is unavailable", metadata: ["reason": .string(why)])
        return ErrorResponse.unavailable.answer
    }

    private static func write(_ token: LiveToken, _ now: Timestamp, to body: inout ByteCursor) {
        body.write("{\"status\":\"success\",\"response\":{\"user_id\":\"")
        body.write(token.account)
        body.write("\",\"email\":")
        body.writeJSON(token.email)
        switch token.type {
        case .user: body.write(",\"account_type\":\"user\",\"issued_at\":\"")
        case .service: body.write(",\"account_type\":\"service\",\"issued_at\":\"")
        }
        body.write(token.issuedAt)
        body.write("\",\"expires_at\":\"")
        body.write(token.expiresAt)
        body.write("\",\"expires\":")
        body.write((token.expiresAt.milliseconds - now.milliseconds) / 1000)
        body.write(",\"renew_after\":\"")
        body.write(token.renewAfter)
        body.write("\"}}")
    }
}
