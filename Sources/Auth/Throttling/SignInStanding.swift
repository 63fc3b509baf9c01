/// Whether failures stand in the way of signing in with a password.
package enum SignInStanding: Equatable, Sendable {
    case open
    case throttled(until: Timestamp)
    /// From sources that are not known, until a known one succeeds, an operator unlocks it, or this time.
    case locked(until: Timestamp)
}

/// How an account stands with sources it does not know, and its failures in a row from those.
package struct SignInState: Equatable, Sendable {
    package let standing: SignInStanding
    package let failures: Int64

    package init(standing: SignInStanding, failures: Int64) {
        self.standing = standing
        self.failures = failures
    }
}
