import Auth
import Foundation
import GRDB

/// What becomes of the token that another one replaces.
extension SQLiteStore {
    /// Part of the UPDATE that stores a new token, `:now` being its time. Every right side reads the row as it was.
    static let overlapStart = """
        overlap_digest = CASE WHEN \(overlaps) THEN token_digest END,
        overlap_key_id = CASE WHEN \(overlaps) THEN token_key_id END,
        overlap_issued_at = CASE WHEN \(overlaps) THEN token_issued_at END,
        overlap_until = CASE WHEN \(overlaps) THEN min(token_expires_at, :now + overlap_seconds * 1000) END
        """
    private static let overlaps = "overlap_seconds IS NOT NULL AND token_expires_at > :now"

    static let overlapEnd = """
        overlap_digest = NULL, overlap_key_id = NULL, overlap_issued_at = NULL, overlap_until = NULL
        """

    package func setOverlap(
        of account: AccountID,
        to seconds: Int64?,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        try await change(
            account,
            audit: audit,
            assigning: "overlap_seconds = :seconds" + (seconds == nil ? ", " + SQLiteStore.overlapEnd : ""),
            where: "overlap_seconds IS NOT :seconds",
            ["seconds": seconds],
            requiresAccount: true
        ) != nil
    }

    package func recordUses(_ uses: [TokenUse]) async throws(AuthError) {
        try await write { [self] database in
            for use in uses { try record(use, in: database) }
        }
    }

    private func record(_ use: TokenUse, in database: Database) throws {
        let source = AuditSource.account(use.account, use.source)
        let known = try Row.fetchOne(
            database,
            sql: "SELECT 1 FROM last_use WHERE account_id = ? AND issued_at = ?",
            arguments: [use.account.number, use.issuedAt.milliseconds]
        )
        if known == nil {
            // The first use of this token since it was replaced.
            let row = try Row.fetchOne(
                database,
                sql: """
                    UPDATE account SET audit_count = audit_count + 1
                    WHERE id = ? AND created_at = ? AND overlap_issued_at = ?
                    RETURNING audit_count, audit_mac
                    """,
                arguments: [
                    use.account.number, use.account.createdAt.milliseconds, use.issuedAt.milliseconds,
                ]
            )
            guard let row else { return }
            let draft = AuditDraft(.previousTokenUsed, by: source)
            try chain(draft, to: row, of: use.account, at: clock.now, in: database)
        }
        try database.execute(
            sql: """
                INSERT INTO last_use (account_id, issued_at, at, address, agent) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (account_id) DO UPDATE
                SET issued_at = excluded.issued_at, at = excluded.at, address = excluded.address,
                    agent = excluded.agent
                WHERE last_use.issued_at < excluded.issued_at OR last_use.at <= excluded.at
                """,
            arguments: [
                use.account.number, use.issuedAt.milliseconds, use.at.milliseconds, source.address, source.agent,
            ]
        )
    }
}
