import Auth
import GRDB

/// What pages show of accounts: whose they are, what happened, when a token was used last.
extension SQLiteStore {
    package func accounts(
        ownedBy owner: Int64,
        afterKey emailKey: String?,
        limit: Int
    ) async throws(AuthError) -> [Account] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: Account.query + " WHERE a.owner = ? AND a.email_key > ? ORDER BY a.email_key LIMIT ?",
                arguments: [owner, emailKey ?? "", max(limit, 0)]
            ).map(Account.init(row:))
        }
    }

    package func accounts(
        keyPrefix: String,
        afterKey emailKey: String?,
        limit: Int
    ) async throws(AuthError) -> [Account] {
        try await read { database in
            // Keys are visible ASCII, of which no byte is above the tilde.
            try Row.fetchAll(
                database,
                sql: Account.query + """
                     WHERE a.email_key >= ? AND a.email_key < ? AND a.email_key > ? ORDER BY a.email_key LIMIT ?
                    """,
                arguments: [keyPrefix, keyPrefix + "\u{7F}", emailKey ?? "", max(limit, 0)]
            ).map(Account.init(row:))
        }
    }

    package func activity(_ query: ActivityQuery) async throws(AuthError) -> [AccountEvent] {
        var arguments: StatementArguments = ["owner": query.owner, "limit": max(query.limit, 0)]
        var conditions: [String] = []
        func demand(_ condition: String, _ values: StatementArguments) -> String {
            arguments += values
            return "AND " + condition
        }
        let account = query.account.map { demand("a.id = :account", ["account": $0]) } ?? ""
        if let kind = query.kind { conditions.append(demand("kind = :kind", ["kind": kind.rawValue])) }
        if let from = query.from { conditions.append(demand("at >= :from", ["from": from.milliseconds])) }
        if let until = query.until { conditions.append(demand("at < :until", ["until": until.milliseconds])) }
        if let before = query.before {
            // The first half is what the index can begin at.
            let place = "at <= :at AND (at, account_id, n) < (:at, :number, :n)"
            conditions.append(
                demand(place, ["at": before.at.milliseconds, "number": before.account, "n": before.n])
            )
        }
        // Of each account the latest alone, which the index on times has in a row.
        let sql = """
            SELECT a.email, e.account_id, e.n, e.at, e.actor, e.kind, e.address, e.agent, e.detail, e.mac
            FROM account AS a CROSS JOIN audit AS e ON e.account_id = a.id AND e.n IN (
                SELECT n FROM audit WHERE account_id = a.id \(conditions.joined(separator: " "))
                ORDER BY at DESC, n DESC LIMIT :limit)
            WHERE (a.id = :owner OR a.owner = :owner) \(account)
            ORDER BY e.at DESC, e.account_id DESC, e.n DESC LIMIT :limit
            """
        return try await read { [arguments] database in
            try Row.fetchAll(
                database,
                sql: sql,
                arguments: arguments
            ).map { row in
                AccountEvent(
                    account: try row.field("account_id"),
                    email: try row.field("email"),
                    event: try AuditEvent(row: row)
                )
            }
        }
    }

    package func recordLastUses(_ uses: [TokenUse]) async throws(AuthError) {
        try await write { database in
            // Prepared once: some hundred uses come every few seconds, and preparing costs more than running.
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO token_use (account_id, issued_at, at, address, agent)
                    SELECT id, token_issued_at, :at, :address, :agent FROM account
                    WHERE id = :id AND created_at = :created_at AND token_issued_at = :issued_at
                    ON CONFLICT (account_id) DO UPDATE
                    SET issued_at = excluded.issued_at, at = excluded.at, address = excluded.address,
                        agent = excluded.agent
                    WHERE token_use.issued_at <> excluded.issued_at OR token_use.at + 300000 <= excluded.at
                    """
            )
            for use in uses {
                let source = AuditSource.account(use.account, use.source)
                try statement.execute(
                    arguments: [
                        "at": use.at.milliseconds, "address": source.address, "agent": source.agent,
                        "id": use.account.number, "created_at": use.account.createdAt.milliseconds,
                        "issued_at": use.issuedAt.milliseconds,
                    ]
                )
            }
        }
    }
}
