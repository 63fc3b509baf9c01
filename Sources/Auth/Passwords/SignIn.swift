import Synchronization

/// Checks credentials: throttled, audited and at one cost whatever is wrong with them.
package struct SignIn: Sendable {
    private let store: any AuthStore
    private let hasher: PasswordHasher
    private let sealer: PasswordSealer
    let limiter: AttemptLimiter?
    private let outcomes = SignInOutcomes()

    /// Without a limiter guesses cost hashes alone.
    init(store: any AuthStore, hasher: PasswordHasher, sealer: PasswordSealer, limiter: AttemptLimiter?) {
        self.store = store
        self.hasher = hasher
        self.sealer = sealer
        self.limiter = limiter
    }

    /// How sign-ins ended since the start of this process.
    package var counts: SignInCounts { outcomes.counts.withLock { $0 } }

    /// Runs `body` for the account that the credentials open; what it throws as `.invalidCredentials` counts as wrong ones.
    ///
    /// Throws the same `.invalidCredentials`, after one hash at today's cost, for an unknown e-mail, one that is none,
    /// a wrong password, a disabled account and one without a password. Throws `.overloaded` and `.tooManyAttempts` without
    /// having hashed.
    func callAsFunction<Value: Sendable>(
        _ email: String,
        _ password: Password,
        _ source: RequestSource,
        then body: (PasswordRecord) async throws(AuthError) -> Value
    ) async throws(AuthError) -> Value {
        do {
            let value = try await throttled(email, password, source, body)
            outcomes.counts.withLock { $0.succeeded += 1 }
            return value
        } catch {
            switch error {
            case .invalidCredentials: outcomes.counts.withLock { $0.failed += 1 }
            case .tooManyAttempts: outcomes.counts.withLock { $0.throttled += 1 }
            default: break
            }
            throw error
        }
    }

    private func throttled<Value>(
        _ email: String,
        _ password: Password,
        _ source: RequestSource,
        _ body: (PasswordRecord) async throws(AuthError) -> Value
    ) async throws(AuthError) -> Value {
        guard let limiter else { return try await check(email, password, source, body) }
        let attempt = try await limiter.begin(email, from: source.address)
        do {
            let value = try await check(email, password, source, body)
            await limiter.succeeded(attempt)
            return value
        } catch {
            if error == .invalidCredentials {
                try await limiter.failed(attempt)
            } else {
                limiter.abandoned(attempt)
            }
            throw error
        }
    }

    private func check<Value>(
        _ email: String,
        _ password: Password,
        _ source: RequestSource,
        _ body: (PasswordRecord) async throws(AuthError) -> Value
    ) async throws(AuthError) -> Value {
        let record = try await passwordRecord(email)
        let check = try await hasher.verify(password, against: openHash(record))
        guard let record, case .match(let rehash) = check else { throw .invalidCredentials }
        if let rehash, let old = record.hash {
            // Before the rest, so that an error here has changed nothing else. False means someone else was quicker, which
            // the password version decides.
            _ = try await store.replacePasswordHash(
                of: record.account,
                from: old,
                to: sealer.seal(rehash, for: record.account),
                audit: AuditDraft(.passwordRehashed, by: .account(record.account, source))
            )
        }
        return try await body(record)
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
}

/// Sign-ins by their end.
package struct SignInCounts: Equatable, Sendable {
    package internal(set) var succeeded = 0
    package internal(set) var failed = 0
    /// Refused for too many failures, before anything was hashed.
    package internal(set) var throttled = 0
}

private final class SignInOutcomes: Sendable {
    let counts = Mutex(SignInCounts())
}
