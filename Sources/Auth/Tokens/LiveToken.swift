/// The row of an active account that has a token, as one snapshot saw it; whether the token has expired is not yet
/// judged.
package struct LiveToken: Sendable {
    package let account: AccountID
    package let email: String
    package let type: AccountType
    package let role: Account.Role
    /// Space-separated, empty when not limited.
    package let scopes: String
    package let digest: TokenDigest
    package let keyID: Int64
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp
    package let previous: PreviousToken
    /// This is the token before the live one, which an overlap lets pass until `expiresAt`.
    package let isPrevious: Bool

    package init(
        account: AccountID,
        email: String,
        type: AccountType,
        role: Account.Role,
        scopes: String,
        digest: TokenDigest,
        keyID: Int64,
        issuedAt: Timestamp,
        expiresAt: Timestamp,
        previous: PreviousToken = .none,
        isPrevious: Bool = false
    ) {
        self.account = account
        self.email = email
        self.type = type
        self.role = role
        self.scopes = scopes
        self.digest = digest
        self.keyID = keyID
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.previous = previous
        self.isPrevious = isPrevious
    }
}

extension LiveToken {
    /// The instant at two thirds of the life, when a client should generate anew.
    package var renewAfter: Timestamp { Timestamp.renewal(issuedAt: issuedAt, expiresAt: expiresAt) }
}

extension Account.Token {
    /// The same instant of its life.
    package var renewAfter: Timestamp { Timestamp.renewal(issuedAt: issuedAt, expiresAt: expiresAt) }
}

extension Timestamp {
    /// Two thirds of the way from issue to expiry.
    fileprivate static func renewal(issuedAt: Timestamp, expiresAt: Timestamp) -> Timestamp {
        let life = expiresAt.milliseconds.subtractingReportingOverflow(issuedAt.milliseconds).partialValue
        return Timestamp(milliseconds: issuedAt.milliseconds &+ life / 3 &* 2)
    }
}
