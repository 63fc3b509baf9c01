import Auth
import Foundation
import GRDB

extension SQLiteStore: AuthStore {
    package func isEmpty() async throws(AuthError) -> Bool {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT 1 FROM account LIMIT 1") == nil
        }
    }

    package func checkReadiness() async throws(AuthError) {
        _ = try await isEmpty()
    }

    package func addAccount(_ account: NewAccount, audit: AuditDraft) async throws(AuthError) -> Bool {
        try await write { [self] database in
            var owner: Int64?
            var purpose: String?
            if case .service(let ownerNumber, let text) = account.kind {
                (owner, purpose) = (ownerNumber, text)
                let eligible = "SELECT 1 FROM account WHERE id = ? AND kind = 'user' AND status = 'active'"
                guard try Row.fetchOne(database, sql: eligible, arguments: [ownerNumber]) != nil else {
                    throw AuthError.ownerNotEligible
                }
            }
            let event = event(1, after: [], account: account.id.number, at: clock.now, audit)
            do {
                try database.execute(
                    sql: """
                        INSERT INTO account (id, created_at, status, kind, role, email, scopes, email_key, password_hash,
                            audit_count, audit_mac, owner, purpose)
                        VALUES (?, ?, 'active', ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
                        """,
                    arguments: [
                        account.id.number, account.id.createdAt.milliseconds, owner == nil ? "user" : "service",
                        account.role.rawValue, account.email.description,
                        account.scopes.map(\.description).joined(separator: " "), account.email.key,
                        account.password.map { Data($0.bytes) }, Data(event.mac), owner, purpose,
                    ]
                )
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY {
                return false
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw AuthError.emailTaken
            }
            try insert(event, of: account.id.number, into: database)
            return true
        }
    }

    package func account(_ email: EmailAddress) async throws(AuthError) -> Account? {
        try await read { database in
            try Row.fetchOne(database, sql: Account.query + " WHERE a.email_key = ?", arguments: [email.key])
                .map(Account.init(row:))
        }
    }

    package func account(number: Int64) async throws(AuthError) -> Account? {
        try await read { database in
            try Row.fetchOne(database, sql: Account.query + " WHERE a.id = ?", arguments: [number])
                .map(Account.init(row:))
        }
    }

    package func accounts(afterKey emailKey: String?, limit: Int) async throws(AuthError) -> [Account] {
        try await read { database in
            // Every key is longer than the empty string; a negative limit would mean none at all.
            try Row.fetchAll(
                database,
                sql: Account.query + " WHERE a.email_key > ? ORDER BY a.email_key LIMIT ?",
                arguments: [emailKey ?? "", max(limit, 0)]
            ).map(Account.init(row:))
        }
    }

    package func passwordRecord(_ email: EmailAddress) async throws(AuthError) -> PasswordRecord? {
        try await read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT id, created_at, status, password_hash, password_version FROM account WHERE email_key = ?",
                arguments: [email.key]
            ).map(PasswordRecord.init(row:))
        }
    }

    package func replaceToken(
        of account: AccountID,
        with token: NewToken,
        ifPasswordVersion passwordVersion: Int64,
        ifGeneration generation: Int64?,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64? {
        try await write { [self] database in
            let now = clock.now
            let expiry = now.advanced(bySeconds: token.lifetimeSeconds)
            let issuer = audit.source.actor
            let row = try Row.fetchOne(
                database,
                sql: """
                    UPDATE account
                    SET token_digest = :digest, token_key_id = :key_id, token_generation = token_generation + 1,
                        token_issued_at = :now, token_expires_at = :expiry, token_issued_by = :issuer,
                        \(SQLiteStore.overlapStart), audit_count = audit_count + 1
                    WHERE id = :id AND created_at = :created_at AND status = 'active' AND password_version = :version
                        AND (:generation IS NULL OR token_generation = :generation)
                    RETURNING token_generation, audit_count, audit_mac
                    """,
                arguments: [
                    "digest": Data(token.digest.bytes), "key_id": token.keyID, "now": now.milliseconds,
                    "expiry": expiry.milliseconds, "issuer": issuer, "id": account.number,
                    "created_at": account.createdAt.milliseconds, "version": passwordVersion,
                    "generation": generation,
                ]
            )
            guard let row else { return nil }
            try chain(audit, to: row, of: account, at: now, in: database)
            return try row.field("token_generation")
        }
    }

    package func revokeToken(
        of account: AccountID,
        ifDigest digest: TokenDigest?,
        ifGeneration generation: Int64?,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        try await change(
            account,
            audit: audit,
            assigning: SQLiteStore.tokenEnd,
            where: """
                token_digest IS NOT NULL
                AND (:generation IS NULL OR token_generation = :generation)
                AND (:digest IS NULL OR token_digest = :digest OR (overlap_digest = :digest AND overlap_until > :now))
                """,
            ["digest": digest.map { Data($0.bytes) }, "generation": generation, "now": clock.now.milliseconds]
        ) != nil
    }

    package func setStatus(
        of account: AccountID,
        to status: Account.Status,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        try await change(
            account,
            audit: audit,
            assigning: "status = :status, " + SQLiteStore.tokenEnd,
            where: "status <> :status",
            ["status": status.rawValue],
            requiresAccount: true,
            then: SQLiteStore.endSessions(of: account)
        ) != nil
    }

    package func setRole(
        of account: AccountID,
        to role: Account.Role,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        try await change(
            account,
            audit: audit,
            assigning: "role = :role",
            where: "role <> :role",
            ["role": role.rawValue],
            requiresAccount: true
        ) != nil
    }

    package func auditEvents(
        of account: AccountID,
        after: Int64,
        limit: Int
    ) async throws(AuthError) -> [AuditEvent] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT n, at, actor, kind, address, agent, detail, mac FROM audit
                    WHERE account_id = ? AND n > ? ORDER BY n LIMIT ?
                    """,
                arguments: [account.number, after, max(limit, 0)]
            ).map(AuditEvent.init(row:))
        }
    }

    package func makeTokenLookups(
        endOfTurn: @escaping (@escaping () -> Void) -> Void,
        onLoop _: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) throws(AuthError) -> any TokenLookups {
        try SQLiteTokenLookups(path: directory.databasePath, clock: clock, failure: failure, endOfTurn: endOfTurn)
    }
}

extension SQLiteStore {
    /// Ends the live token and a previous one, if there are any; the generation counts that as one step of its own.
    static let tokenEnd = """
        \(overlapEnd), token_generation = token_generation + (token_digest IS NOT NULL), token_digest = NULL, token_key_id = NULL,
        token_issued_at = NULL, token_expires_at = NULL, token_issued_by = NULL
        """

    /// One conditional UPDATE of the account and its audit event, and `then` in the same transaction. Gives the password's version
    /// after it; nil when `condition` did not hold.
    func change(
        _ account: AccountID,
        audit: AuditDraft,
        assigning assignments: String,
        where condition: String,
        _ arguments: [String: (any DatabaseValueConvertible & Sendable)?],
        requiresAccount: Bool = false,
        then: (@Sendable (Database) throws -> Void)? = nil
    ) async throws(AuthError) -> Int64? {
        try await write { [self] database in
            var arguments = StatementArguments(arguments)
            arguments += ["id": account.number, "created_at": account.createdAt.milliseconds]
            let row = try Row.fetchOne(
                database,
                sql: """
                    UPDATE account SET audit_count = audit_count + 1, \(assignments)
                    WHERE id = :id AND created_at = :created_at AND (\(condition))
                    RETURNING password_version, audit_count, audit_mac
                    """,
                arguments: arguments
            )
            guard let row else {
                if requiresAccount { try require(account, in: database) }
                return nil
            }
            try chain(audit, to: row, of: account, at: clock.now, in: database)
            try then?(database)
            return try row.field("password_version")
        }
    }

    /// Throws `.noSuchAccount`.
    func require(_ account: AccountID, in database: Database) throws {
        let exists = "SELECT 1 FROM account WHERE id = ? AND created_at = ?"
        let key: StatementArguments = [account.number, account.createdAt.milliseconds]
        guard try Row.fetchOne(database, sql: exists, arguments: key) != nil else { throw AuthError.noSuchAccount }
    }

    /// Adds the event whose number and predecessor `row`, returned by the UPDATE, tells, and moves the chain's head.
    func chain(
        _ draft: AuditDraft,
        to row: Row,
        of account: AccountID,
        at time: Timestamp,
        in database: Database
    ) throws {
        let previous: Data = try row.field("audit_mac")
        let event = event(
            try row.field("audit_count"),
            after: Array(previous),
            account: account.number,
            at: time,
            draft
        )
        try insert(event, of: account.number, into: database)
        try database.execute(
            sql: "UPDATE account SET audit_mac = ? WHERE id = ?",
            arguments: [Data(event.mac), account.number]
        )
    }

    private func event(
        _ n: Int64,
        after previous: [UInt8],
        account: Int64,
        at time: Timestamp,
        _ draft: AuditDraft
    ) -> AuditEvent {
        AuditEvent(
            n: n,
            at: time,
            draft: draft,
            mac: auditChain.mac(after: previous, account: account, n: n, at: time, draft: draft)
        )
    }

    private func insert(_ event: AuditEvent, of account: Int64, into database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO audit (account_id, n, at, actor, kind, address, agent, detail, mac)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                account, event.n, event.at.milliseconds, event.draft.source.actor, event.draft.kind.rawValue,
                event.draft.source.address, event.draft.source.agent, event.draft.detail, Data(event.mac),
            ]
        )
    }
}
