/// Makes, judges and ends tokens.
package struct TokenAuthority: Sendable {
    private let store: any AuthStore
    private let keys: TokenKeys
    private let hasher: PasswordHasher
    private let sealer: PasswordSealer
    private let settings: TokenSettings

    package init(
        store: any AuthStore,
        keys: TokenKeys,
        hasher: PasswordHasher,
        sealer: PasswordSealer,
        settings: TokenSettings = TokenSettings()
    ) {
        self.store = store
        self.keys = keys
        self.hasher = hasher
        self.sealer = sealer
        self.settings = settings
    }

    /// Judges a presented token by what the store found for its account. Pure and synchronous; digests are compared in
    /// constant time.
    package func judge(_ token: BearerToken, _ lookup: TokenLookup) -> TokenVerdict {
        keys.judge(token, lookup)
    }

    /// Checks credentials and makes the account's new, only token; durable when it returns.
    ///
    /// Throws the same `.invalidCredentials`, after one hash at today's cost, for an unknown e-mail, one that is none,
    /// a wrong password, a disabled account and one without a password. Throws `.overloaded` without having hashed.
    package func generate(
        email: String,
        password: Password,
        source: RequestSource
    ) async throws(AuthError) -> GeneratedToken {
        let record = try await passwordRecord(email)
        let check = try await hasher.verify(password, against: openHash(record))
        guard let record, case .match(let rehash) = check else { throw .invalidCredentials }
        let source = AuditSource.account(record.account, source)
        if let rehash, let old = record.hash {
            // Before the token, so that an error here has changed no token. False means someone else was quicker, which
            // the password version decides below.
            _ = try await store.replacePasswordHash(
                of: record.account,
                from: old,
                to: sealer.seal(rehash, for: record.account),
                audit: AuditDraft(.passwordRehashed, by: source)
            )
        }
        guard let generated = try await replaceToken(record, by: source) else { throw .invalidCredentials }
        return generated
    }

    /// Makes the account's new, only token for an operator, who shows no password.
    package func generateAsOperator(
        for email: EmailAddress,
        by source: AuditSource
    ) async throws(AuthError) -> GeneratedToken {
        guard let record = try await store.passwordRecord(email) else { throw .noSuchAccount }
        guard record.status == .active else { throw .accountDisabled }
        guard let generated = try await replaceToken(record, by: source) else {
            throw .unavailable("the account changed at the same time; run the command again")
        }
        return generated
    }

    /// Ends the presented token and no newer one; false when it was not the live one.
    package func revoke(_ token: BearerToken, source: RequestSource) async throws(AuthError) -> Bool {
        let draft = AuditDraft(.tokenRevoked, by: .account(token.account, source))
        for digest in keys.digests(token) {
            if try await store.revokeToken(of: token.account, ifDigest: digest, audit: draft) { return true }
        }
        return false
    }

    /// Ends the account's token, whichever it is; false when it had none.
    package func revokeAsOperator(of email: EmailAddress, by source: AuditSource) async throws(AuthError) -> Bool {
        guard let account = try await store.account(email) else { throw .noSuchAccount }
        return try await store.revokeToken(of: account.id, ifDigest: nil, audit: AuditDraft(.tokenRevoked, by: source))
    }

    private func passwordRecord(_ email: String) async throws(AuthError) -> PasswordRecord? {
        guard let address = try? EmailAddress(email) else { return nil }
        return try await store.passwordRecord(address)
    }

    /// The PHC string to check against; nil, for the hasher's dummy, when nothing may match.
    private func openHash(_ record: PasswordRecord?) throws(AuthError) -> String? {
        guard let record, record.status == .active, let hash = record.hash else { return nil }
        return try sealer.open(hash, of: record.account)
    }

    private func replaceToken(
        _ record: PasswordRecord,
        by source: AuditSource
    ) async throws(AuthError) -> GeneratedToken? {
        var generator = SystemRandomNumberGenerator()
        let token = BearerToken.mint(for: record.account, digits: settings.secretDigits, using: &generator)
        let (digest, keyID) = keys.digest(token)
        let stored = try await store.replaceToken(
            of: record.account,
            with: NewToken(digest: digest, keyID: keyID, lifetimeSeconds: settings.lifetimeSeconds),
            ifPasswordVersion: record.passwordVersion,
            audit: AuditDraft(.tokenGenerated, by: source)
        )
        guard stored != nil else { return nil }
        return GeneratedToken(token: token, account: record.account, expiresInSeconds: settings.lifetimeSeconds)
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
            guard row.account == token.account, row.expiresAt > now else { return .dead }
            guard let presented = digest(token, keyID: row.keyID) else {
                return .unavailable(
                    "the key file has no key \(row.keyID) for tokens, under which a live token is stored"
                )
            }
            return presented == row.digest ? .live(row, now: now) : .dead
        }
    }
}
