#if PostgreSQL
    import Auth

    extension PostgresStore: AuthStore {
        package func isEmpty() async throws(AuthError) -> Bool {
            try await read { connection, deadline in
                try connection.run("SELECT id FROM account LIMIT 1", by: deadline).count == 0
            }
        }

        package func checkReadiness() async throws(AuthError) {
            _ = try await isEmpty()
            if let refusal = quorum.refusal { throw .unavailable(refusal) }
        }

        package func addAccount(_ account: NewAccount, audit: AuditDraft) async throws(AuthError) -> Bool {
            try await write { [auditChain] connection, deadline in
                var owner: Int64?
                var purpose: String?
                if case .service(let ownerNumber, let text) = account.kind { (owner, purpose) = (ownerNumber, text) }
                let time = try connection.run("SELECT \(Clock.now) AS now", by: deadline)
                guard let now = try time.first?.integer("now") else { throw QueryFailure.lost("no answer") }
                let at = Timestamp(milliseconds: now)
                let event = auditChain.event(1, after: [], account: account.id.number, at: at, audit)
                do {
                    let added = try connection.run(
                        """
                        WITH added AS (
                            INSERT INTO account (id, created_at, status, kind, role, email, scopes, email_key, password_hash,
                                audit_count, audit_mac, owner, purpose)
                            SELECT $1, $8, 'active', $9, $10, $11, $12, $13, $14, 1, $15, $16, $17
                            WHERE CAST($16 AS BIGINT) IS NULL
                                OR EXISTS (SELECT 1 FROM account WHERE id = $16 AND kind = 'user' AND status = 'active')
                            RETURNING id
                        )
                        INSERT INTO audit (account_id, n, at, actor, kind, address, agent, detail, mac)
                        SELECT id, 1, $2, $3, $4, $5, $6, $7, $15 FROM added
                        RETURNING n
                        """,
                        [.integer(account.id.number)] + event.details + [
                            .integer(account.id.createdAt.milliseconds), .text(owner == nil ? "user" : "service"),
                            .text(account.role.rawValue), .text(account.email.description),
                            .text(account.scopes.map(\.description).joined(separator: " ")), .text(account.email.key),
                            .bytes(account.password?.bytes), .bytes(event.mac), .integer(owner), .text(purpose),
                        ],
                        isChange: true,
                        by: deadline
                    )
                    guard added.count == 1 else { throw AuthError.ownerNotEligible }
                    return true
                } catch QueryFailure.refused(state: "23505", let constraint, _) {
                    if constraint == "account_email_key_key" { throw AuthError.emailTaken }
                    return false
                }
            }
        }

        package func account(_ email: EmailAddress) async throws(AuthError) -> Account? {
            try await read { connection, deadline in
                try connection.run(Account.query + " WHERE a.email_key = $1", [.text(email.key)], by: deadline)
                    .first.map(Account.init(row:))
            }
        }

        package func account(number: Int64) async throws(AuthError) -> Account? {
            try await read { connection, deadline in
                try connection.run(Account.query + " WHERE a.id = $1", [.integer(number)], by: deadline)
                    .first.map(Account.init(row:))
            }
        }

        package func accounts(afterKey emailKey: String?, limit: Int) async throws(AuthError) -> [Account] {
            try await read { connection, deadline in
                // Every key is longer than the empty string.
                try connection.run(
                    Account.query + " WHERE a.email_key > $1 ORDER BY a.email_key LIMIT $2",
                    [.text(emailKey ?? ""), .integer(Int64(max(limit, 0)))],
                    by: deadline
                ).map(Account.init(row:))
            }
        }

        package func passwordRecord(_ email: EmailAddress) async throws(AuthError) -> PasswordRecord? {
            try await read { connection, deadline in
                try connection.run(
                    "SELECT id, created_at, status, password_hash, password_version FROM account WHERE email_key = $1",
                    [.text(email.key)],
                    by: deadline
                ).first.map(PasswordRecord.init(row:))
            }
        }

        package func replaceToken(
            of account: AccountID,
            with token: NewToken,
            ifPasswordVersion passwordVersion: Int64,
            ifGeneration generation: Int64?,
            audit: AuditDraft
        ) async throws(AuthError) -> Int64? {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: """
                        token_digest = $12, token_key_id = $13, token_generation = token_generation + 1,
                        token_issued_at = $6, token_expires_at = $14, token_issued_by = $7, \(PostgresStore.overlapStart)
                        """,
                    condition: """
                        status = 'active' AND password_version = $15
                            AND (CAST($16 AS BIGINT) IS NULL OR token_generation = $16)
                        """,
                    parameters: { now in
                        [
                            .bytes(token.digest.bytes), .integer(token.keyID),
                            .integer(now.advanced(bySeconds: token.lifetimeSeconds).milliseconds),
                            .integer(passwordVersion), .integer(generation),
                        ]
                    }
                )
            )?.generation
        }

        package func revokeToken(
            of account: AccountID,
            ifDigest digest: TokenDigest?,
            ifGeneration generation: Int64?,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: PostgresStore.tokenEnd,
                    condition: """
                        token_digest IS NOT NULL AND (CAST($12 AS BYTEA) IS NULL OR token_digest = $12
                            OR (overlap_digest = $12 AND overlap_until > $6))
                            AND (CAST($13 AS BIGINT) IS NULL OR token_generation = $13)
                        """,
                    parameters: { _ in [.bytes(digest?.bytes), .integer(generation)] }
                )
            ) != nil
        }

        package func setPassword(
            of account: AccountID,
            to sealed: SealedPasswordHash,
            ifPasswordVersion passwordVersion: Int64?,
            audit: AuditDraft
        ) async throws(AuthError) -> Int64? {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: PostgresStore.newPassword,
                    condition: "CAST($13 AS BIGINT) IS NULL OR (status = 'active' AND password_version = $13)",
                    alongside: PostgresStore.sessionsEnd,
                    parameters: { _ in [.bytes(sealed.bytes), .integer(passwordVersion)] }
                ),
                requiresAccount: true
            )?.passwordVersion
        }

        package func replacePasswordHash(
            of account: AccountID,
            from old: SealedPasswordHash,
            to new: SealedPasswordHash,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: "password_hash = $12",
                    condition: "password_hash = $13",
                    parameters: { _ in [.bytes(new.bytes), .bytes(old.bytes)] }
                )
            ) != nil
        }

        package func setStatus(
            of account: AccountID,
            to status: Account.Status,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: "status = $12, " + PostgresStore.tokenEnd,
                    condition: "status <> $12",
                    alongside: PostgresStore.sessionsEnd,
                    parameters: { _ in [.text(status.rawValue)] }
                ),
                requiresAccount: true
            ) != nil
        }

        package func setRole(
            of account: AccountID,
            to role: Account.Role,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: "role = $12",
                    condition: "role <> $12",
                    parameters: { _ in [.text(role.rawValue)] }
                ),
                requiresAccount: true
            ) != nil
        }

        package func auditEvents(
            of account: AccountID,
            after: Int64,
            limit: Int
        ) async throws(AuthError) -> [AuditEvent] {
            try await read { connection, deadline in
                try connection.run(
                    """
                    SELECT n, at, actor, kind, address, agent, detail, mac FROM audit
                    WHERE account_id = $1 AND n > $2 ORDER BY n LIMIT $3
                    """,
                    [.integer(account.number), .integer(after), .integer(Int64(max(limit, 0)))],
                    by: deadline
                ).map(AuditEvent.init(row:))
            }
        }

        package func makeTokenLookups(
            endOfTurn: @escaping (@escaping () -> Void) -> Void,
            onLoop: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
        ) throws(AuthError) -> any TokenLookups {
            quorum.start()
            return PostgresTokenLookups(reader: lookups, endOfTurn: endOfTurn, onLoop: onLoop)
        }
    }

    extension PostgresStore {
        /// Ends the live token and a previous one, if there are any; the generation counts that as one step of its own.
        private static let tokenEnd = """
            \(overlapEnd), token_generation = token_generation + CASE WHEN token_digest IS NULL THEN 0 ELSE 1 END, token_digest = NULL,
            token_key_id = NULL, token_issued_at = NULL, token_expires_at = NULL, token_issued_by = NULL
            """

        static let newPassword = "password_hash = $12, password_version = password_version + 1, " + tokenEnd

        func change(
            _ change: AccountChange,
            requiresAccount: Bool = false
        ) async throws(AuthError) -> AccountChange.Outcome? {
            try await write { [auditChain] connection, deadline in
                do {
                    return try change.run(auditChain, on: connection, by: deadline)
                } catch AccountChange.Failure.noSuchAccount {
                    guard !requiresAccount else { throw AuthError.noSuchAccount }
                    return nil
                }
            }
        }
    }
#endif
