import Auth
import Foundation
import GRDB

/// Browsers' sessions, and the invitations that lead to an account's first one.
extension SQLiteStore {
    package func addSession(
        _ session: NewSession,
        _ settings: SessionSettings,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        let source = AuditSource.account(session.account, session.source)
        let clock = clock
        return try await change(
            session.account,
            audit: audit,
            assigning: "audit_mac = audit_mac",
            where: "status = 'active' AND password_version = :version",
            ["version": session.passwordVersion]
        ) { database in
            let now = clock.now
            let expired = """
                DELETE FROM session WHERE digest IN (SELECT digest FROM session WHERE expires_at <= ? LIMIT 100)
                """
            try database.execute(sql: expired, arguments: [now.milliseconds])
            try database.execute(
                sql: """
                    DELETE FROM session WHERE digest IN (
                        SELECT digest FROM session WHERE account_id = ? ORDER BY seen_at DESC, digest LIMIT -1 OFFSET ?
                    )
                    """,
                arguments: [session.account.number, max(settings.limit - 1, 0)]
            )
            try database.execute(
                sql: """
                    INSERT INTO session (digest, account_id, password_version, started_at, seen_at, expires_at, address, agent)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Data(session.digest.bytes), session.account.number, session.passwordVersion, now.milliseconds,
                    now.milliseconds, now.advanced(bySeconds: settings.lifetimeSeconds).milliseconds, source.address,
                    source.agent,
                ]
            )
        } != nil
    }

    package func session(_ digest: SecretDigest, idleSeconds: Int64) async throws(AuthError) -> OpenSession? {
        try await read { [clock] database in
            let now = clock.now
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT \(Session.columns), \(Account.columns) FROM \(Account.tables)
                        JOIN session AS s ON s.account_id = a.id
                    WHERE s.digest = ? AND \(Session.holds)
                    """,
                arguments: [
                    Data(digest.bytes), now.milliseconds, now.advanced(bySeconds: -idleSeconds).milliseconds,
                ]
            )
            return try row.map { row in
                OpenSession(session: try Session(row: row), account: try Account(row: row), now: now)
            }
        }
    }

    package func touchSession(_ digest: SecretDigest) async throws(AuthError) {
        try await write { [clock] database in
            try database.execute(
                sql: "UPDATE session SET seen_at = ? WHERE digest = ?",
                arguments: [clock.now.milliseconds, Data(digest.bytes)]
            )
        }
    }

    package func sessions(of account: AccountID, idleSeconds: Int64) async throws(AuthError) -> [Session] {
        try await read { [clock] database in
            let now = clock.now
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT \(Session.columns) FROM session AS s JOIN account AS a ON a.id = s.account_id
                    WHERE s.account_id = ? AND \(Session.holds) ORDER BY s.seen_at DESC, s.digest
                    """,
                arguments: [
                    account.number, now.milliseconds, now.advanced(bySeconds: -idleSeconds).milliseconds,
                ]
            ).map(Session.init(row:))
        }
    }

    package func endSession(
        _ digest: SecretDigest,
        of account: AccountID,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        try await endSessions(of: account, where: "digest = :digest", digest, audit)
    }

    package func endSessions(
        of account: AccountID,
        except digest: SecretDigest,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        try await endSessions(of: account, where: "digest <> :digest", digest, audit)
    }

    private func endSessions(
        of account: AccountID,
        where condition: String,
        _ digest: SecretDigest,
        _ audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        let digest = Data(digest.bytes)
        return try await change(
            account,
            audit: audit,
            assigning: "audit_mac = audit_mac",
            where: "EXISTS (SELECT 1 FROM session WHERE account_id = account.id AND \(condition))",
            ["digest": digest]
        ) { database in
            try database.execute(
                sql: "DELETE FROM session WHERE account_id = :account AND \(condition)",
                arguments: ["account": account.number, "digest": digest]
            )
        } != nil
    }

    package func setInvitation(
        of account: AccountID,
        to digest: SecretDigest,
        lifetimeSeconds: Int64,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        let expiry = clock.now.advanced(bySeconds: lifetimeSeconds)
        return try await change(
            account,
            audit: audit,
            assigning: "audit_mac = audit_mac",
            where: "status = 'active'",
            [:],
            requiresAccount: true
        ) { database in
            try database.execute(
                sql: """
                    INSERT INTO invitation (account_id, digest, expires_at) VALUES (?, ?, ?)
                    ON CONFLICT (account_id) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at
                    """,
                arguments: [account.number, Data(digest.bytes), expiry.milliseconds]
            )
        } != nil
    }

    package func invitedAccount(_ digest: SecretDigest) async throws(AuthError) -> Account? {
        try await read { [clock] database in
            try Row.fetchOne(
                database,
                sql: Account.query + """
                     JOIN invitation AS i ON i.account_id = a.id
                    WHERE i.digest = ? AND i.expires_at > ? AND a.status = 'active'
                    """,
                arguments: [Data(digest.bytes), clock.now.milliseconds]
            ).map(Account.init(row:))
        }
    }

    /// What goes with a password that is no longer, and with a disabled account.
    static func endSessions(of account: AccountID) -> @Sendable (Database) throws -> Void {
        { database in
            for table in ["session", "invitation"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE account_id = ?", arguments: [account.number])
            }
        }
    }
}

extension Session {
    /// Columns for `init(row:)`, of `session AS s`.
    fileprivate static let columns = """
        s.digest AS session_digest, s.started_at, s.seen_at, s.expires_at, s.address AS session_address,
            s.agent AS session_agent
        """

    /// Whether `session AS s` of `account AS a` holds, at an instant and with an earliest time it must have been seen at.
    fileprivate static let holds = """
        s.expires_at > ? AND s.seen_at > ? AND a.status = 'active' AND a.password_version = s.password_version
        """

    fileprivate init(row: Row) throws {
        guard let digest = SecretDigest(bytes: Array(try row.field("session_digest", as: Data.self))) else {
            throw row.damaged("session_digest")
        }
        self.init(
            digest: digest,
            startedAt: try row.time("started_at"),
            seenAt: try row.time("seen_at"),
            expiresAt: try row.time("expires_at"),
            address: try row.field("session_address"),
            agent: try row.field("session_agent")
        )
    }
}
