/// Which events of a person's accounts are asked for, the latest first.
package struct ActivityQuery: Sendable {
    /// The person: their own account and the service accounts they answer for.
    package let owner: Int64
    /// One of those accounts alone.
    package var account: Int64?
    package var kind: AuditDraft.Kind?
    /// Events at this instant or later.
    package var from: Timestamp?
    /// Events before this instant.
    package var until: Timestamp?
    /// The last event of the page before.
    package var before: Place?
    package var limit = 50

    package init(owner: Int64) {
        self.owner = owner
    }

    /// A place in the order of events.
    package struct Place: Sendable {
        package let at: Timestamp
        package let account: Int64
        package let n: Int64

        package init(at: Timestamp, account: Int64, n: Int64) {
            self.at = at
            self.account = account
            self.n = n
        }
    }
}

/// An event and whose it is.
package struct AccountEvent: Sendable {
    package let account: Int64
    package let email: String
    package let event: AuditEvent

    package init(account: Int64, email: String, event: AuditEvent) {
        self.account = account
        self.email = email
        self.event = event
    }
}
