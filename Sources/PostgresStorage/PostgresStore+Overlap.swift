#if PostgreSQL
    import Auth

    /// What becomes of the token that another one replaces.
    extension PostgresStore {
        /// Part of the UPDATE that stores a new token, `$6` being its time. Every right side reads the row as it was.
        static let overlapStart = """
            overlap_digest = CASE WHEN \(overlaps) THEN token_digest END,
            overlap_key_id = CASE WHEN \(overlaps) THEN token_key_id END,
            overlap_issued_at = CASE WHEN \(overlaps) THEN token_issued_at END,
            overlap_until = CASE WHEN \(overlaps) THEN least(token_expires_at, $6 + overlap_seconds * 1000) END
            """
        private static let overlaps = "overlap_seconds IS NOT NULL AND token_expires_at > $6"

        static let overlapEnd = """
            overlap_digest = NULL, overlap_key_id = NULL, overlap_issued_at = NULL, overlap_until = NULL
            """

        package func setOverlap(
            of account: AccountID,
            to seconds: Int64?,
            audit: AuditDraft
        ) async throws(AuthError) -> Bool {
            try await change(
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: "overlap_seconds = $12" + (seconds == nil ? ", " + PostgresStore.overlapEnd : ""),
                    condition: "overlap_seconds IS DISTINCT FROM $12",
                    parameters: { _ in [.integer(seconds)] }
                ),
                requiresAccount: true
            ) != nil
        }

        package func recordUses(_ uses: [TokenUse]) async throws(AuthError) {
            for use in uses {
                guard try await !keep(use, isFirst: false) else { continue }
                // The first use of this token since it was replaced: the event is written only while the token is there.
                let change = AccountChange(
                    account: use.account,
                    audit: AuditDraft(.previousTokenUsed, by: .account(use.account, use.source)),
                    assignments: "overlap_issued_at = overlap_issued_at",
                    condition: """
                        overlap_issued_at = $12 AND NOT EXISTS (
                            SELECT 1 FROM last_use WHERE account_id = $1 AND issued_at = $12
                        )
                        """,
                    parameters: { _ in [.integer(use.issuedAt.milliseconds)] }
                )
                if try await self.change(change) != nil { _ = try await keep(use, isFirst: true) }
            }
        }

        /// Keeps a use if it is the latest; false when, unless it is the first, none of this token is kept yet.
        private func keep(_ use: TokenUse, isFirst: Bool) async throws(AuthError) -> Bool {
            let source = AuditSource.account(use.account, use.source)
            let values: [Parameter] = [
                .integer(use.account.number), .integer(use.issuedAt.milliseconds), .integer(use.at.milliseconds),
                .text(source.address), .text(source.agent),
            ]
            return try await write { connection, deadline in
                guard isFirst else {
                    return try connection.run(
                        """
                        UPDATE last_use SET
                            at = greatest(at, $3),
                            address = CASE WHEN at <= $3 THEN $4 ELSE address END,
                            agent = CASE WHEN at <= $3 THEN $5 ELSE agent END
                        WHERE account_id = $1 AND issued_at = $2 RETURNING account_id
                        """,
                        values,
                        isChange: true,
                        by: deadline
                    ).count > 0
                }
                _ = try connection.run(
                    """
                    INSERT INTO last_use (account_id, issued_at, at, address, agent) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (account_id) DO UPDATE
                    SET issued_at = excluded.issued_at, at = excluded.at, address = excluded.address,
                        agent = excluded.agent
                    """,
                    values,
                    isChange: true,
                    by: deadline
                )
                return true
            }
        }
    }
#endif
