/// One account: a person or a service, its standing and, at most, one live token.
package struct Account: Equatable, Sendable {
    package let id: AccountID
    package let email: EmailAddress
    package let kind: Kind
    package let role: Role
    /// What a service account's tokens are limited to; empty means not limited.
    package let scopes: [Scope]
    package let status: Status
    package let hasPassword: Bool
    package let passwordVersion: Int64
    /// Raised by one each time a token is made or ended, so that of two readings it tells whether there was another between them;
    /// the live token's, when there is one.
    package let generation: Int64
    package let token: Token?
    /// When and from where the live token was used last, to about ten minutes; nil when it is not known to be used.
    package let lastUse: Use?
    /// For how many seconds a replaced token still passes; nil when it ends at once.
    package let overlapSeconds: Int64?
    /// The token before the live one, when an overlap let it pass; its time may be over.
    package let previousToken: PreviousToken?

    package enum Kind: Equatable, Sendable {
        case user
        case service(owner: Owner, purpose: String)
    }

    /// Who answers for a service account. A disabled owner leaves it running but ownerless.
    package struct Owner: Equatable, Sendable {
        package let number: Int64
        package let email: EmailAddress
        package let status: Status

        package init(number: Int64, email: EmailAddress, status: Status) {
            self.number = number
            self.email = email
            self.status = status
        }
    }

    package enum Role: String, CaseIterable, Sendable {
        case member, introspector, admin
    }

    package enum Status: String, CaseIterable, Sendable {
        case active, disabled
    }

    /// What is known of the live token; never the token, never its digest.
    package struct Token: Equatable, Sendable {
        package let issuedAt: Timestamp
        package let expiresAt: Timestamp
        /// Who had it issued, in the audit's words: `account:…` or `operator:…`.
        package let issuedBy: String

        package init(issuedAt: Timestamp, expiresAt: Timestamp, issuedBy: String) {
            self.issuedAt = issuedAt
            self.expiresAt = expiresAt
            self.issuedBy = issuedBy
        }
    }

    /// One use of a token.
    package struct Use: Equatable, Sendable {
        package let at: Timestamp
        package let source: RequestSource

        package init(at: Timestamp, source: RequestSource) {
            self.at = at
            self.source = source
        }
    }

    /// What is known of a token that was replaced.
    package struct PreviousToken: Equatable, Sendable {
        package let issuedAt: Timestamp
        package let until: Timestamp
        /// When and from where it was used last since it was replaced, as far as is known.
        package let lastUse: Use?

        package init(issuedAt: Timestamp, until: Timestamp, lastUse: Use?) {
            self.issuedAt = issuedAt
            self.until = until
            self.lastUse = lastUse
        }
    }

    package init(
        id: AccountID,
        email: EmailAddress,
        kind: Kind,
        role: Role,
        scopes: [Scope],
        status: Status,
        hasPassword: Bool,
        passwordVersion: Int64,
        generation: Int64,
        token: Token?,
        lastUse: Use? = nil,
        overlapSeconds: Int64? = nil,
        previousToken: PreviousToken? = nil
    ) {
        self.id = id
        self.email = email
        self.kind = kind
        self.role = role
        self.scopes = scopes
        self.status = status
        self.hasPassword = hasPassword
        self.passwordVersion = passwordVersion
        self.generation = generation
        self.token = token
        self.lastUse = lastUse
        self.overlapSeconds = overlapSeconds
        self.previousToken = previousToken
    }
}
