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
    package let token: Token?

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
        package let generation: Int64
        package let issuedAt: Timestamp
        package let expiresAt: Timestamp
        /// Who had it issued, in the audit's words: `account:…` or `operator:…`.
        package let issuedBy: String

        package init(generation: Int64, issuedAt: Timestamp, expiresAt: Timestamp, issuedBy: String) {
            self.generation = generation
            self.issuedAt = issuedAt
            self.expiresAt = expiresAt
            self.issuedBy = issuedBy
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
        token: Token?
    ) {
        self.id = id
        self.email = email
        self.kind = kind
        self.role = role
        self.scopes = scopes
        self.status = status
        self.hasPassword = hasPassword
        self.passwordVersion = passwordVersion
        self.token = token
    }
}
