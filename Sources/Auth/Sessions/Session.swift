/// One browser's stay: what is known of it, never the secret that it carries.
package struct Session: Equatable, Sendable {
    package let digest: SecretDigest
    package let startedAt: Timestamp
    /// To `SessionSettings.seenStepSeconds`.
    package let seenAt: Timestamp
    package let expiresAt: Timestamp
    /// From where it was started, and with what program.
    package let address: String
    package let agent: String

    package init(
        digest: SecretDigest,
        startedAt: Timestamp,
        seenAt: Timestamp,
        expiresAt: Timestamp,
        address: String,
        agent: String
    ) {
        self.digest = digest
        self.startedAt = startedAt
        self.seenAt = seenAt
        self.expiresAt = expiresAt
        self.address = address
        self.agent = agent
    }
}

/// A session that holds, with the account it is of, in one snapshot.
package struct OpenSession: Sendable {
    package let session: Session
    package let account: Account
    /// The store's clock.
    package let now: Timestamp

    package init(session: Session, account: Account, now: Timestamp) {
        self.session = session
        self.account = account
        self.now = now
    }
}

/// A session to store.
package struct NewSession: Sendable {
    package let digest: SecretDigest
    package let account: AccountID
    /// The one its person signed in under: the session holds no longer than this password.
    package let passwordVersion: Int64
    package let source: RequestSource

    package init(digest: SecretDigest, account: AccountID, passwordVersion: Int64, source: RequestSource) {
        self.digest = digest
        self.account = account
        self.passwordVersion = passwordVersion
        self.source = source
    }
}

/// How long sessions hold, and how many an account may have.
package struct SessionSettings: Sendable {
    /// Without a request.
    package var idleSeconds: Int64 = 1800
    /// From its start, whatever happens.
    package var lifetimeSeconds: Int64 = 12 * 3600
    /// Of one account; beyond that the one seen longest ago ends.
    package var limit = 20

    package init() {}

    /// How old the time a session was seen at may get before a request moves it: by so much a session can end early, so that
    /// not every request is a write.
    var seenStepSeconds: Int64 { min(60, idleSeconds / 4) }
}
