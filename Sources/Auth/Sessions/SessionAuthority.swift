/// Begins, resumes and ends sessions. None of it makes or ends a token.
package struct SessionAuthority: Sendable {
    private let store: any AuthStore
    private let keys: SecretKeys
    private let signIn: SignIn
    private let settings: SessionSettings

    package init(
        store: any AuthStore,
        keys: SecretKeys,
        signIn: SignIn,
        settings: SessionSettings = SessionSettings()
    ) {
        self.store = store
        self.keys = keys
        self.signIn = signIn
        self.settings = settings
    }

    /// Checks credentials exactly as for a token, and begins a session under a secret that nobody knew before. Throws
    /// `.notUserAccount` when the credentials are right but a program's. `old` is as for `begin`.
    package func logIn(
        email: String,
        password: Password,
        inPlaceOf old: OpaqueSecret?,
        source: RequestSource
    ) async throws(AuthError) -> OpaqueSecret {
        try await signIn(email, password, source) { record throws(AuthError) in
            guard let account = try await store.account(number: record.account.number) else {
                throw .invalidCredentials
            }
            guard account.kind.type == .user else { throw .notUserAccount }
            let begun = try await begin(
                of: record.account,
                passwordVersion: record.passwordVersion,
                inPlaceOf: old,
                source: source
            )
            guard let secret = begun else { throw .invalidCredentials }
            return secret
        }
    }

    /// Checks that whoever has a session also knows its account's password; throttled like any sign-in. Returns the version of
    /// the password that was right.
    package func confirm(
        _ account: Account,
        password: Password,
        source: RequestSource
    ) async throws(AuthError) -> Int64 {
        try await signIn(account.email.description, password, source) { record throws(AuthError) in
            guard record.account == account.id else { throw .invalidCredentials }
            return record.passwordVersion
        }
    }

    /// Begins a session of a person who has just shown or set the password of this version; nil when the account has another
    /// since, or is disabled. `old` is the session that this browser had, whosever it is (ASVS 7.2.4): it ends first, for an error
    /// of that must not leave a new one behind whose secret nobody was told.
    package func begin(
        of account: AccountID,
        passwordVersion: Int64,
        inPlaceOf old: OpaqueSecret?,
        source: RequestSource
    ) async throws(AuthError) -> OpaqueSecret? {
        if let old { try await end(old, source: source) }
        var generator = SystemRandomNumberGenerator()
        let secret = OpaqueSecret.random(using: &generator)
        let session = NewSession(
            digest: keys.digest(secret, for: .session),
            account: account,
            passwordVersion: passwordVersion,
            source: source
        )
        let draft = AuditDraft(.sessionStarted, by: .account(account, source))
        return try await store.addSession(session, settings, audit: draft) ? secret : nil
    }

    /// The session of this secret and its account; nil when there is none, it is over, the password was changed or the
    /// account is disabled.
    package func resume(_ secret: OpaqueSecret) async throws(AuthError) -> OpenSession? {
        let digest = keys.digest(secret, for: .session)
        guard let open = try await store.session(digest, idleSeconds: settings.idleSeconds) else { return nil }
        if open.session.seenAt.advanced(bySeconds: settings.seenStepSeconds) <= open.now {
            // That it was seen matters to nothing but its own end.
            try? await store.touchSession(digest)
        }
        return open
    }

    /// Ends the session of this secret, whosever it is, if it holds.
    private func end(_ secret: OpaqueSecret, source: RequestSource) async throws(AuthError) {
        let digest = keys.digest(secret, for: .session)
        guard let open = try await store.session(digest, idleSeconds: settings.idleSeconds) else { return }
        _ = try await end(digest, of: open.account.id, source: source)
    }

    /// The account's sessions that hold, the one seen last first.
    package func sessions(of account: AccountID) async throws(AuthError) -> [Session] {
        try await store.sessions(of: account, idleSeconds: settings.idleSeconds)
    }

    /// False when the account has no such session.
    package func end(
        _ digest: SecretDigest,
        of account: AccountID,
        source: RequestSource
    ) async throws(AuthError) -> Bool {
        let draft = AuditDraft(.sessionEnded, by: .account(account, source))
        return try await store.endSession(digest, of: account, audit: draft)
    }

    /// Ends all of the account's but one; false when there was no other.
    package func endOthers(
        than digest: SecretDigest,
        of account: AccountID,
        source: RequestSource
    ) async throws(AuthError) -> Bool {
        let draft = AuditDraft(.sessionEnded, by: .account(account, source), detail: "all others")
        return try await store.endSessions(of: account, except: digest, audit: draft)
    }

    /// What a form shown under this secret carries.
    package func formToken(_ secret: OpaqueSecret) -> String {
        keys.digest(secret, for: .form).hexadecimal
    }

    /// Whether a form was shown under this secret; in constant time.
    package func isFormToken(_ text: String, of secret: OpaqueSecret) -> Bool {
        keys.isDigest(text, of: secret, for: .form)
    }
}
