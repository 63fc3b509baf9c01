/// Makes, judges and ends tokens.
package struct TokenAuthority: Sendable {
    private let store: any AuthStore
    private let keys: TokenKeys
    private let settings: TokenSettings
    /// How passwords are checked, for whoever else asks for one.
    package let signIn: SignIn

    /// Without a limiter guesses cost hashes alone.
    package init(
        store: any AuthStore,
        keys: TokenKeys,
        hasher: PasswordHasher,
        sealer: PasswordSealer,
        settings: TokenSettings = TokenSettings(),
        limiter: AttemptLimiter? = nil
    ) {
        self.store = store
        self.keys = keys
        self.settings = settings
        signIn = SignIn(store: store, hasher: hasher, sealer: sealer, limiter: limiter)
    }

    /// What throttling has done, for metrics; nil when it is off.
    package var throttling: ThrottleCounts? { signIn.limiter?.counts }

    /// Judges a presented token by what the store found for its account. Pure and synchronous; digests are compared in
    /// constant time.
    package func judge(_ token: BearerToken, _ lookup: TokenLookup) -> TokenVerdict {
        keys.judge(token, lookup)
    }

    /// Checks credentials and makes the account's new, only token; durable when it returns.
    ///
    /// Throws the same `.invalidCredentials`, after one hash at today's cost, for an unknown e-mail, one that is none,
    /// a wrong password, a disabled account and one without a password. Throws `.overloaded` and `.tooManyAttempts` without
    /// having hashed. `condition` is asked, once the password is known to be right, whether this account may have a token in this way.
    package func generate(
        email: String,
        password: Password,
        source: RequestSource,
        onlyIf condition: ((Account) throws(AuthError) -> Void)? = nil
    ) async throws(AuthError) -> GeneratedToken {
        try await signIn(email, password, source) { record throws(AuthError) in
            if let condition {
                guard let account = try await store.account(number: record.account.number) else {
                    throw .invalidCredentials
                }
                try condition(account)
            }
            let source = AuditSource.account(record.account, source)
            guard let generated = try await replaceToken(of: record.account, record.passwordVersion, by: source) else {
                throw .invalidCredentials
            }
            return generated
        }
    }

    /// Makes the account's new, only token for an operator, who shows no password.
    package func generateAsOperator(
        for email: EmailAddress,
        by source: AuditSource
    ) async throws(AuthError) -> GeneratedToken {
        guard let account = try await store.account(email) else { throw .noSuchAccount }
        guard account.status == .active else { throw .accountDisabled }
        guard let generated = try await replaceToken(of: account.id, account.passwordVersion, by: source) else {
            throw .unavailable("the account changed at the same time; run the command again")
        }
        return generated
    }

    /// The same for an account as it was read; nil when its password has been set since then, which may have ended the right
    /// to ask for this, or its token is another one.
    package func generateAsOperator(
        for account: Account,
        by source: AuditSource
    ) async throws(AuthError) -> GeneratedToken? {
        guard account.status == .active else { throw .accountDisabled }
        return try await replaceToken(
            of: account.id,
            account.passwordVersion,
            ifGeneration: account.generation,
            by: source
        )
    }

    /// Ends the presented token and no newer one, but with a previous token that still passes the live one as well; false
    /// when it was neither. `caller` is who asks: the token's own account, or one that may end others'.
    package func revoke(
        _ token: BearerToken,
        by caller: AccountID,
        source: RequestSource
    ) async throws(AuthError) -> Bool {
        let draft = AuditDraft(.tokenRevoked, by: .account(caller, source))
        for digest in keys.digests(token) {
            let ended = try await store.revokeToken(
                of: token.account,
                ifDigest: digest,
                ifGeneration: nil,
                audit: draft
            )
            if ended { return true }
        }
        return false
    }

    /// Ends the account's token, whichever it is; false when it had none.
    package func revokeAsOperator(of email: EmailAddress, by source: AuditSource) async throws(AuthError) -> Bool {
        guard let account = try await store.account(email) else { throw .noSuchAccount }
        return try await store.revokeToken(
            of: account.id,
            ifDigest: nil,
            ifGeneration: nil,
            audit: AuditDraft(.tokenRevoked, by: source)
        )
    }

    /// Ends the token of an account as it was read; false when that is no longer its token.
    package func revokeAsOperator(of account: Account, by source: AuditSource) async throws(AuthError) -> Bool {
        try await store.revokeToken(
            of: account.id,
            ifDigest: nil,
            ifGeneration: account.generation,
            audit: AuditDraft(.tokenRevoked, by: source)
        )
    }

    private func replaceToken(
        of account: AccountID,
        _ passwordVersion: Int64,
        ifGeneration generation: Int64? = nil,
        by source: AuditSource
    ) async throws(AuthError) -> GeneratedToken? {
        let token = mint(for: account)
        let (digest, keyID) = keys.digest(token)
        let stored = try await store.replaceToken(
            of: account,
            with: NewToken(digest: digest, keyID: keyID, lifetimeSeconds: settings.lifetimeSeconds),
            ifPasswordVersion: passwordVersion,
            ifGeneration: generation,
            audit: AuditDraft(.tokenGenerated, by: source)
        )
        guard stored != nil else { return nil }
        return GeneratedToken(token: token, account: account, expiresInSeconds: settings.lifetimeSeconds)
    }

    /// On its own because ThreadSanitizer takes a generator in the frame of an asynchronous function for shared.
    private func mint(for account: AccountID) -> BearerToken {
        var generator = SystemRandomNumberGenerator()
        return BearerToken.mint(for: account, digits: settings.secretDigits, using: &generator)
    }
}

extension TokenKeys {
    /// The judgement itself, which needs nothing but keys.
    func judge(_ token: BearerToken, _ lookup: TokenLookup) -> TokenVerdict {
        switch lookup {
        case .absent: return .dead
        case .unavailable(let reason): return .unavailable(reason)
        case .found(let row, let now):
            // Rows are found by the last 18 digits alone; the first 13 must agree as well.
            guard row.account == token.account else { return .dead }
            guard let presented = digest(token, keyID: row.keyID) else { return TokenKeys.missing(row.keyID) }
            if presented == row.digest { return row.expiresAt > now ? .live(row, now: now) : .dead }
            return judge(token, asPreviousIn: row, now: now)
        }
    }

    private func judge(_ token: BearerToken, asPreviousIn row: LiveToken, now: Timestamp) -> TokenVerdict {
        guard case .passing(let stored, let keyID, let issuedAt, let until) = row.previous, until > now else {
            return .dead
        }
        guard let presented = digest(token, keyID: keyID) else { return TokenKeys.missing(keyID) }
        guard presented == stored else { return .dead }
        let previous = LiveToken(
            account: row.account,
            email: row.email,
            type: row.type,
            role: row.role,
            scopes: row.scopes,
            digest: stored,
            keyID: keyID,
            issuedAt: issuedAt,
            expiresAt: until,
            isPrevious: true
        )
        return .live(previous, now: now)
    }

    private static func missing(_ keyID: Int64) -> TokenVerdict {
        .unavailable("the key file has no key \(keyID) for tokens, under which a live token is stored")
    }
}
