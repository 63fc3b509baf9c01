/// Which limit an attempt met.
package enum ThrottleReason: Int, CaseIterable, Sendable {
    /// Of the account, or of one source it knows.
    case account
    /// A hundred failures in a row.
    case locked
    case address
    /// Too many accounts from one address.
    case accounts

    package var label: String {
        switch self {
        case .account: "account"
        case .locked: "locked"
        case .address: "address"
        case .accounts: "accounts-of-address"
        }
    }
}

/// Says that the failure just counted was the last one allowed for now.
package struct ThrottleNotice: Sendable {
    package let reason: ThrottleReason
    /// Nil when no account has the name.
    package let account: AccountID?
    /// A keyed hash of the name.
    package let label: String
    package let address: IPAddress?
}

/// What the limiter has done since its start, for metrics.
package struct ThrottleCounts: Sendable {
    /// Attempts refused, by the raw value of their reason.
    package internal(set) var refused = [Int](repeating: 0, count: ThrottleReason.allCases.count)
    /// Addresses remembered now.
    package internal(set) var addresses = 0
    /// Attempts that wait for the outcome of others now.
    package internal(set) var waiting = 0
}
