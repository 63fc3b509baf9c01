import Auth
import Logging
import NIOCore

/// The answers of the guard paths, pure functions of what was asked and found: the gate and the router render the same
/// bytes. Their statuses are 200, 401, 403 and 503 alone; nginx makes a 500 of every other.
enum GuardAnswer {
    static func answer(to request: GuardRequest, _ verdict: TokenVerdict, log: Logger) -> Answer {
        switch verdict {
        case .live(let token, _):
            let demand = request.demand
            return demand.isMet(by: token) ? pass(token) : refusal(demand, log: log)
        case .dead: return ErrorResponse.invalidToken.answer
        case .unavailable(let why): return StatusAnswer.unavailable(why, log: log)
        }
    }

    /// What is answered without a token.
    static func answerWithoutToken(to request: GuardRequest) -> Answer {
        request.isAllowedPreflight ? Answer(body: ByteBuffer(), identity: .nobody) : ErrorResponse.noToken.answer
    }

    private static func pass(_ token: LiveToken) -> Answer {
        Answer(body: ByteBuffer(), identity: GuardIdentity(token))
    }

    /// 403 with the challenge of RFC 6750 section 3.1.
    private static func refusal(_ demand: GuardDemand, log: Logger) -> Answer {
        var challenge = "Bearer error=\"insufficient_scope\""
        var message = "The token is live, but its scopes or role do not reach here"
        if demand.isMalformed {
            log.warning("a guard address has a parameter that is no scope and no role; nothing passes by it")
            message = "The guard address has a parameter that is no scope and no role"
        } else if !demand.scopes.isEmpty {
            challenge += ", scope=\"\(demand.scopes.map(\.description).joined(separator: " "))\""
        }
        return ErrorResponse(.forbidden, message, field: Answer.Field(name: "WWW-Authenticate", value: challenge))
            .answer
    }
}
