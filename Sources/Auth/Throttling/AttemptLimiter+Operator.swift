/// What an operator sees and does.
extension AttemptLimiter {
    /// How each of these names stands, in their order.
    package func states(of emails: [EmailAddress]) async throws(AuthError) -> [SignInState] {
        let names = emails.map { keys.account($0.key) }
        let snapshot = try await store.attempts(names)
        return names.map { key in
            let record = snapshot.records[key]
            return SignInState(
                standing: policy.standing(record, at: snapshot.now),
                failures: policy.failuresInRow(record, at: snapshot.now)
            )
        }
    }

    /// Forgets the account's failures; false when there were none. Takes effect with the next attempt, on every node.
    package func unlock(_ email: EmailAddress, by source: AuditSource) async throws(AuthError) -> Bool {
        guard let account = try await store.account(email) else { throw .noSuchAccount }
        return try await store.unlock(
            account.id,
            keys.account(email.key),
            audit: AuditDraft(.accountUnlocked, by: source)
        )
    }
}
