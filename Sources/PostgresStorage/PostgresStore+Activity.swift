#if PostgreSQL
    import Auth
    import Foundation

    /// What pages show of accounts: whose they are, what happened, when a token was used last.
    extension PostgresStore {
        package func accounts(
            ownedBy owner: Int64,
            afterKey emailKey: String?,
            limit: Int
        ) async throws(AuthError) -> [Account] {
            try await read { connection, deadline in
                try connection.run(
                    Account.query + " WHERE a.owner = $1 AND a.email_key > $2 ORDER BY a.email_key LIMIT $3",
                    [.integer(owner), .text(emailKey ?? ""), .integer(Int64(max(limit, 0)))],
                    by: deadline
                ).map(Account.init(row:))
            }
        }

        package func accounts(
            keyPrefix: String,
            afterKey emailKey: String?,
            limit: Int
        ) async throws(AuthError) -> [Account] {
            // PostgreSQL's text has no NUL, and no key begins with one.
            guard !keyPrefix.utf8.contains(0) else { return [] }
            return try await read { connection, deadline in
                // Keys are visible ASCII, of which no byte is above the tilde.
                try connection.run(
                    Account.query + """
                         WHERE a.email_key >= $1 AND a.email_key < $2 AND a.email_key > $3 ORDER BY a.email_key LIMIT $4
                        """,
                    [
                        .text(keyPrefix), .text(keyPrefix + "\u{7F}"), .text(emailKey ?? ""),
                        .integer(Int64(max(limit, 0))),
                    ],
                    by: deadline
                ).map(Account.init(row:))
            }
        }

        package func activity(_ query: ActivityQuery) async throws(AuthError) -> [AccountEvent] {
            try await read { connection, deadline in
                try connection.run(
                    """
                    SELECT e.account_id, a.email, e.n, e.at, e.actor, e.kind, e.address, e.agent, e.detail, e.mac
                    FROM audit AS e JOIN account AS a ON a.id = e.account_id
                    WHERE e.account_id IN (SELECT id FROM account WHERE id = $1 UNION ALL
                            SELECT id FROM account WHERE owner = $1)
                        AND ($2 IS NULL OR e.account_id = $2) AND ($3 IS NULL OR e.kind = $3)
                        AND ($4 IS NULL OR e.at >= $4) AND ($5 IS NULL OR e.at < $5)
                        AND ($6 IS NULL OR (e.at, e.account_id, e.n) < ($6, $7, $8))
                    ORDER BY e.at DESC, e.account_id DESC, e.n DESC LIMIT $9
                    """,
                    [
                        .integer(query.owner), .integer(query.account), .text(query.kind?.rawValue),
                        .integer(query.from?.milliseconds), .integer(query.until?.milliseconds),
                        .integer(query.before?.at.milliseconds), .integer(query.before?.account),
                        .integer(query.before?.n), .integer(Int64(max(query.limit, 0))),
                    ],
                    by: deadline
                ).map { row in
                    AccountEvent(
                        account: try row.integer("account_id"),
                        email: try row.text("email"),
                        event: try AuditEvent(row: row)
                    )
                }
            }
        }

        package func recordLastUses(_ uses: [TokenUse]) async throws(AuthError) {
            // One statement for all of them; of an account's the latest, for it touches no row twice.
            let latest = Dictionary(uses.map { ($0.account.number, $0) }) { $0.at < $1.at ? $1 : $0 }
            guard let rows = try? JSONEncoder().encode(latest.values.map(UseRow.init)) else { return }
            try await write { connection, deadline in
                _ = try connection.run(
                    """
                    INSERT INTO token_use (account_id, issued_at, at, address, agent)
                    SELECT a.id, a.token_issued_at, u.at, u.address, u.agent
                    FROM json_to_recordset(CAST($1 AS JSON))
                            AS u (id BIGINT, created_at BIGINT, issued_at BIGINT, at BIGINT, address TEXT, agent TEXT)
                        JOIN account AS a
                            ON a.id = u.id AND a.created_at = u.created_at AND a.token_issued_at = u.issued_at
                    ON CONFLICT (account_id) DO UPDATE
                    SET issued_at = excluded.issued_at, at = excluded.at, address = excluded.address,
                        agent = excluded.agent
                    WHERE token_use.issued_at <> excluded.issued_at OR token_use.at + 600000 <= excluded.at
                    """,
                    [.text(String(decoding: rows, as: UTF8.self))],
                    isChange: true,
                    by: deadline
                )
            }
        }

        /// A use as the statement reads it.
        private struct UseRow: Encodable {
            let id: Int64
            let createdAt: Int64
            let issuedAt: Int64
            let at: Int64
            let address: String
            let agent: String

            enum CodingKeys: String, CodingKey {
                case id, at, address, agent
                case createdAt = "created_at"
                case issuedAt = "issued_at"
            }

            init(_ use: TokenUse) {
                let source = AuditSource.account(use.account, use.source)
                id = use.account.number
                createdAt = use.account.createdAt.milliseconds
                issuedAt = use.issuedAt.milliseconds
                at = use.at.milliseconds
                (address, agent) = (source.address, source.agent)
            }
        }
    }
#endif
