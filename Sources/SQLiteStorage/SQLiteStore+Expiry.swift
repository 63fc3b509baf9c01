import Auth
import GRDB

/// Scopes, and which tokens expire when: the latter by an index of their own.
extension SQLiteStore {
    package func setScopes(
        of account: AccountID,
        to scopes: [Scope],
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        let changed = try await change(
            account,
            audit: audit,
            assigning: "scopes = :scopes",
            where: "scopes <> :scopes AND kind = 'service'",
            ["scopes": scopes.map(\.description).joined(separator: " ")],
            requiresAccount: true
        )
        guard changed == nil, let stored = try await self.account(number: account.number) else { return changed != nil }
        guard scopes.isEmpty || stored.kind.type == .service else {
            throw .invalidScope("only service accounts are limited to scopes")
        }
        return false
    }

    package func accounts(
        expiringAfter cursor: ExpiryCursor,
        before end: Timestamp,
        limit: Int
    ) async throws(AuthError) -> [Account] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: Account.query + """
                     WHERE a.token_expires_at IS NOT NULL AND (a.token_expires_at, a.id) > (?, ?)
                        AND a.token_expires_at < ?
                    ORDER BY a.token_expires_at, a.id LIMIT ?
                    """,
                arguments: [cursor.expiresAt.milliseconds, cursor.number, end.milliseconds, max(limit, 0)]
            ).map(Account.init(row:))
        }
    }

    package func countTokens(
        expiringFrom start: Timestamp,
        before end: Timestamp,
        limit: Int
    ) async throws(AuthError) -> Int {
        try await read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT count(*) AS n FROM (
                        SELECT 1 FROM account
                        WHERE token_expires_at IS NOT NULL AND token_expires_at >= ? AND token_expires_at < ? LIMIT ?
                    )
                    """,
                arguments: [start.milliseconds, end.milliseconds, max(limit, 0)]
            )
            return try row?.field("n") ?? 0
        }
    }
}
