#if PostgreSQL
    import Auth

    /// Scopes, and which tokens expire when: the latter by an index of their own.
    extension PostgresStore {
        package func setScopes(
            of account: AccountID,
            to scopes: [Scope],
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            let changed = try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: "scopes = $12",
                    condition: "scopes <> $12 AND kind = 'service'",
                    parameters: { _ in [.text(scopes.map(\.description).joined(separator: " "))] }
                ),
                requiresAccount: true
            )
            guard changed == nil, let stored = try await self.account(number: account.number) else {
                return changed != nil
            }
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
            try await read { connection, deadline in
                try connection.run(
                    Account.query + """
                         WHERE a.token_expires_at IS NOT NULL AND (a.token_expires_at, a.id) > ($1, $2)
                            AND a.token_expires_at < $3
                        ORDER BY a.token_expires_at, a.id LIMIT $4
                        """,
                    [
                        .integer(cursor.expiresAt.milliseconds), .integer(cursor.number), .integer(end.milliseconds),
                        .integer(Int64(max(limit, 0))),
                    ],
                    by: deadline
                ).map(Account.init(row:))
            }
        }

        package func countTokens(
            expiringFrom start: Timestamp,
            before end: Timestamp,
            limit: Int
        ) async throws(AuthError) -> Int {
            try await read { connection, deadline in
                let rows = try connection.run(
                    """
                    SELECT count(*) AS n FROM (
                        SELECT 1 FROM account
                        WHERE token_expires_at IS NOT NULL AND token_expires_at >= $1 AND token_expires_at < $2 LIMIT $3
                    ) AS found
                    """,
                    [.integer(start.milliseconds), .integer(end.milliseconds), .integer(Int64(max(limit, 0)))],
                    by: deadline
                )
                return Int(try rows.first?.integer("n") ?? 0)
            }
        }
    }
#endif
