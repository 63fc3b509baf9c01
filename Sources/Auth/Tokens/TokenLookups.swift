/// Reads live tokens for one event loop: the seam of the hot path.
///
/// A lookup is answered from a snapshot that it shares with others, opened after the last of them was asked: a token
/// that ended before its request was read is never answered as live. Used on the thread that made it
/// only.
package protocol TokenLookups: AnyObject {
    /// Asks for the account's row; `waiter` is told later on the same thread, never from within this call.
    func lookUp(_ account: AccountID, for waiter: any TokenLookupWaiter)
}

/// Who waits for one lookup: a class, so that waiting allocates no closure.
package protocol TokenLookupWaiter: AnyObject {
    func finish(_ lookup: TokenLookup)
}

/// What one lookup found.
package enum TokenLookup: Sendable {
    /// The account is active and has a token; `now` is the instant by which the store judges its expiry.
    case found(LiveToken, now: Timestamp)
    /// No such account, or it is disabled, or it has no token.
    case absent
    /// The store gave no certain answer: 503, never "yes".
    case unavailable(String)
}
