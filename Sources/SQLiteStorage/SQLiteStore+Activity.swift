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
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT e.account_id, a.email, e.n, e.at, e.actor, e.kind, e.address, e.agent, e.detail, e.mac
                    FROM audit AS e JOIN account AS a ON a.id = e.account_id
                    WHERE e.account_id IN (SELECT id FROM account WHERE id = :owner UNION ALL
                            SELECT id FROM account WHERE owner = :owner)
                        AND (:account IS NULL OR e.account_id = :account) AND (:kind IS NULL OR e.kind = :kind)
                        AND (:from IS NULL OR e.at >= :from) AND (:until IS NULL OR e.at < :until)
                        AND (:at IS NULL OR (e.at, e.account_id, e.n) < (:at, :number, :n))
                    ORDER BY e.at DESC, e.account_id DESC, e.n DESC LIMIT :limit
                    """,
                arguments: [
                    "owner": query.owner, "account": query.account, "kind": query.kind?.rawValue,
                    "from": query.from?.milliseconds, "until": query.until?.milliseconds,
                    "at": query.before?.at.milliseconds, "number": query.before?.account, "n": query.before?.n,
                    "limit": max(query.limit, 0),
                ]
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
            for use in uses {
                let source = AuditSource.account(use.account, use.source)
                try database.execute(
                    sql: """
                        INSERT INTO token_use (account_id, issued_at, at, address, agent)
                        SELECT id, token_issued_at, :at, :address, :agent FROM account
                        WHERE id = :id AND created_at = :created_at AND token_issued_at = :issued_at
                        ON CONFLICT (account_id) DO UPDATE
                        SET issued_at = excluded.issued_at, at = excluded.at, address = excluded.address,
                            agent = excluded.agent
                        WHERE token_use.issued_at <> excluded.issued_at OR token_use.at + 600000 <= excluded.at
                        """,
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
