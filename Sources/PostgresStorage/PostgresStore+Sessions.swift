#if PostgreSQL
    import Auth

    /// Browsers' sessions, and the invitations that lead to an account's first one.
    extension PostgresStore {
        package func addSession(
            _ session: NewSession,
            _ settings: SessionSettings,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            let source = AuditSource.account(session.account, session.source)
            return try await change(
                AccountChange(
                    account: session.account,
                    audit: audit,
                    assignments: PostgresStore.noChange,
                    condition: "status = 'active' AND password_version = $12",
                    // The parts see the sessions as they were before any of them.
                    alongside: """
                        , superfluous AS (
                            DELETE FROM session WHERE account_id IN (SELECT id FROM changed) AND digest IN (
                                SELECT digest FROM session WHERE account_id = $1 ORDER BY seen_at DESC, digest OFFSET $17
                            )
                        ), expired AS (
                            DELETE FROM session WHERE account_id <> $1 AND digest IN (
                                SELECT digest FROM session WHERE expires_at <= $6 LIMIT 100
                            )
                        ), added AS (
                            INSERT INTO session (digest, account_id, password_version, started_at, seen_at, expires_at,
                                address, agent)
                            SELECT $13, id, $12, $6, $6, $14, $15, $16 FROM changed
                        )
                        """,
                    parameters: { now in
                        [
                            .integer(session.passwordVersion), .bytes(session.digest.bytes),
                            .integer(now.advanced(bySeconds: settings.lifetimeSeconds).milliseconds),
                            .text(source.address), .text(source.agent), .integer(Int64(max(settings.limit - 1, 0))),
                        ]
                    }
                )
            ) != nil
        }

        package func session(_ digest: SecretDigest, idleSeconds: Int64) async throws(AuthError) -> OpenSession? {
            try await read { connection, deadline in
                try connection.run(
                    """
                    SELECT t.now, \(Session.columns), \(Account.columns)
                    FROM (SELECT \(Clock.now) AS now) AS t CROSS JOIN \(Account.tables)
                        JOIN session AS s ON s.account_id = a.id
                    WHERE s.digest = $1 AND \(Session.holds)
                    """,
                    [.bytes(digest.bytes), .integer(idleSeconds)],
                    by: deadline
                ).first.map { row in
                    OpenSession(
                        session: try Session(row: row),
                        account: try Account(row: row),
                        now: try row.time("now")
                    )
                }
            }
        }

        package func touchSession(_ digest: SecretDigest) async throws(AuthError) {
            try await write { connection, deadline in
                _ = try connection.run(
                    "UPDATE session SET seen_at = \(Clock.now) WHERE digest = $1",
                    [.bytes(digest.bytes)],
                    isChange: true,
                    by: deadline
                )
            }
        }

        package func sessions(of account: AccountID, idleSeconds: Int64) async throws(AuthError) -> [Session] {
            try await read { connection, deadline in
                try connection.run(
                    """
                    SELECT \(Session.columns) FROM (SELECT \(Clock.now) AS now) AS t
                        CROSS JOIN session AS s JOIN account AS a ON a.id = s.account_id
                    WHERE s.account_id = $1 AND \(Session.holds) ORDER BY s.seen_at DESC, s.digest
                    """,
                    [.integer(account.number), .integer(idleSeconds)],
                    by: deadline
                ).map(Session.init(row:))
            }
        }

        package func endSession(
            _ digest: SecretDigest,
            of account: AccountID,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await endSessions(of: account, where: "digest = $12", digest, audit)
        }

        package func endSessions(
            of account: AccountID,
            except digest: SecretDigest,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await endSessions(of: account, where: "digest <> $12", digest, audit)
        }

        private func endSessions(
            of account: AccountID,
            where condition: String,
            _ digest: SecretDigest,
            _ audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: PostgresStore.noChange,
                    condition: "EXISTS (SELECT 1 FROM session WHERE account_id = $1 AND \(condition))",
                    alongside: """
                        , ended AS (
                            DELETE FROM session WHERE account_id IN (SELECT id FROM changed) AND \(condition)
                        )
                        """,
                    parameters: { _ in [.bytes(digest.bytes)] }
                )
            ) != nil
        }

        package func setInvitation(
            of account: AccountID,
            to digest: SecretDigest,
            lifetimeSeconds: Int64,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: PostgresStore.noChange,
                    condition: "status = 'active'",
                    alongside: """
                        , made AS (
                            INSERT INTO invitation (account_id, digest, expires_at) SELECT id, $12, $13 FROM changed
                            ON CONFLICT (account_id) DO UPDATE
                            SET digest = excluded.digest, expires_at = excluded.expires_at
                        )
                        """,
                    parameters: { now in
                        [.bytes(digest.bytes), .integer(now.advanced(bySeconds: lifetimeSeconds).milliseconds)]
                    }
                ),
                requiresAccount: true
            ) != nil
        }

        package func invitedAccount(_ digest: SecretDigest) async throws(AuthError) -> Account? {
            try await read { connection, deadline in
                try connection.run(
                    Account.query + """
                         JOIN invitation AS i ON i.account_id = a.id
                        WHERE i.digest = $1 AND i.expires_at > \(Clock.now) AND a.status = 'active'
                        """,
                    [.bytes(digest.bytes)],
                    by: deadline
                ).first.map(Account.init(row:))
            }
        }

        package func acceptInvitation(
            _ digest: SecretDigest,
            of account: AccountID,
            password: SealedPasswordHash,
            audit: AuditDraft
        ) async throws(AuthError) -> Int64? {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: PostgresStore.newPassword,
                    condition: """
                        status = 'active' AND EXISTS (
                            SELECT 1 FROM invitation WHERE account_id = $1 AND digest = $13 AND expires_at > $6
                        )
                        """,
                    alongside: PostgresStore.sessionsEnd,
                    parameters: { _ in [.bytes(password.bytes), .bytes(digest.bytes)] }
                )
            )?.passwordVersion
        }

        /// For changes of what belongs to an account, which its row is locked for.
        private static let noChange = "email = email"

        /// What goes with a password that is no longer, and with a disabled account.
        static let sessionsEnd = """
            , sessions_ended AS (DELETE FROM session WHERE account_id IN (SELECT id FROM changed)),
            invitation_ended AS (DELETE FROM invitation WHERE account_id IN (SELECT id FROM changed))
            """
    }

    extension Session {
        /// Columns for `init(row:)`, of `session AS s`.
        fileprivate static let columns = """
            s.digest AS session_digest, s.started_at, s.seen_at, s.expires_at, s.address AS session_address,
                s.agent AS session_agent
            """

        /// Whether `session AS s` of `account AS a` holds at `t.now`, with the seconds it may be idle.
        fileprivate static let holds = """
            s.expires_at > t.now AND s.seen_at > t.now - $2 * 1000 AND a.status = 'active'
                AND a.password_version = s.password_version
            """

        fileprivate init(row: Row) throws {
            guard let digest = SecretDigest(bytes: try row.bytes("session_digest")) else {
                throw row.damaged("session_digest")
            }
            self.init(
                digest: digest,
                startedAt: try row.time("started_at"),
                seenAt: try row.time("seen_at"),
                expiresAt: try row.time("expires_at"),
                address: try row.text("session_address"),
                agent: try row.text("session_agent")
            )
        }
    }
#endif
