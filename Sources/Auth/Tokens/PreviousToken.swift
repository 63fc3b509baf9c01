/// The token before the live one, while an overlap lets it pass. Boxed, so that a row without one costs no more to hand on.
package indirect enum PreviousToken: Sendable {
    case none
    case passing(digest: TokenDigest, keyID: Int64, issuedAt: Timestamp, until: Timestamp)
}

/// How long a previous token may pass after a renewal, in seconds: long enough for every copy to be replaced, short enough
/// that nobody relies on two tokens.
package enum Overlap {
    package static let seconds: ClosedRange<Int64> = 1...86_400
}

/// One use of a token, for those who wonder whether it is still about.
package struct TokenUse: Equatable, Sendable {
    package let account: AccountID
    /// Tells one token of the account from the next.
    package let issuedAt: Timestamp
    package let at: Timestamp
    package let source: RequestSource

    package init(account: AccountID, issuedAt: Timestamp, at: Timestamp, source: RequestSource) {
        self.account = account
        self.issuedAt = issuedAt
        self.at = at
        self.source = source
    }
}
