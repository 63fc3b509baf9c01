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
            var parameters: [Parameter] = [.integer(query.owner), .integer(Int64(max(query.limit, 0)))]
            func bind(_ parameter: Parameter) -> String {
                parameters.append(parameter)
                return "$\(parameters.count)"
            }
            let account = query.account.map { "AND a.id = \(bind(.integer($0)))" } ?? ""
            var conditions: [String] = []
            if let kind = query.kind { conditions.append("AND kind = \(bind(.text(kind.rawValue)))") }
            if let from = query.from { conditions.append("AND at >= \(bind(.integer(from.milliseconds)))") }
            if let until = query.until { conditions.append("AND at < \(bind(.integer(until.milliseconds)))") }
            if let before = query.before {
                let at = bind(.integer(before.at.milliseconds))
                let place = "(\(at), \(bind(.integer(before.account))), \(bind(.integer(before.n))))"
                // The first half is what the index can begin at.
                conditions.append("AND at <= \(at) AND (at, account_id, n) < \(place)")
            }
            // Of each account the latest alone, which the index on times has in a row.
            let sql = """
                SELECT a.email, e.*
                FROM account AS a CROSS JOIN LATERAL (
                    SELECT account_id, n, at, actor, kind, address, agent, detail, mac FROM audit
                    WHERE account_id = a.id \(conditions.joined(separator: " "))
                    ORDER BY at DESC, n DESC LIMIT $2) AS e
                WHERE (a.id = $1 OR a.owner = $1) \(account)
                ORDER BY e.at DESC, e.account_id DESC, e.n DESC LIMIT $2
                """
            return try await read { [parameters] connection, deadline in
                try connection.run(
                    sql,
                    parameters,
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
            // One statement for all of them; of an account's the latest, for it touches no row twice, and in one order, for
            // two nodes would wait for each other's rows.
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
                    ORDER BY a.id
                    ON CONFLICT (account_id) DO UPDATE
                    SET issued_at = excluded.issued_at, at = excluded.at, address = excluded.address,
                        agent = excluded.agent
                    WHERE token_use.issued_at <> excluded.issued_at OR token_use.at + 300000 <= excluded.at
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
