/// What a presented token is worth.
package enum TokenVerdict: Sendable {
    /// The account's live token, and the instant by which that was judged.
    case live(LiveToken, now: Timestamp)
    /// Not live, for whatever reason; the caller is never told which.
    case dead
    /// Not certain; the text is for the log.
    case unavailable(String)
}
