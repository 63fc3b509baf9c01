/// What Latchkey says of a token.
package enum GuardVerdict: Sendable, Equatable {
    case passes(LatchkeyIdentity)
    /// 401, with its `WWW-Authenticate`.
    case unauthorized(challenge: String?)
    /// 403, with its `WWW-Authenticate`: the token lives, what is demanded it has not.
    case forbidden(challenge: String?)
    /// Anything else, and nothing: never a pass.
    case unavailable(retryAfter: String?)
}
