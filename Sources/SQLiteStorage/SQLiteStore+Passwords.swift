import Auth
import Foundation
import GRDB

extension SQLiteStore {
    package func setPassword(
        of account: AccountID,
        to sealed: SealedPasswordHash,
        ifPasswordVersion passwordVersion: Int64?,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64? {
        try await setPassword(
            of: account,
            to: sealed,
            audit,
            where: ":version IS NULL OR password_version = :version",
            ["version": passwordVersion],
            requiresAccount: true
        )
    }

    package func acceptInvitation(
        _ digest: SecretDigest,
        of account: AccountID,
        password: SealedPasswordHash,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64? {
        try await setPassword(
            of: account,
            to: password,
            audit,
            where: """
                status = 'active' AND EXISTS (
                    SELECT 1 FROM invitation WHERE account_id = account.id AND digest = :digest AND expires_at > :now
                )
                """,
            ["digest": Data(digest.bytes), "now": clock.now.milliseconds]
        )
    }

    package func replacePasswordHash(
        of account: AccountID,
        from old: SealedPasswordHash,
        to new: SealedPasswordHash,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        try await change(
            account,
            audit: audit,
            assigning: "password_hash = :new",
            where: "password_hash = :old",
            ["old": Data(old.bytes), "new": Data(new.bytes)]
        )
    }

    private func setPassword(
        of account: AccountID,
        to sealed: SealedPasswordHash,
        _ audit: AuditDraft,
        where condition: String,
        _ arguments: [String: (any DatabaseValueConvertible & Sendable)?],
        requiresAccount: Bool = false
    ) async throws(AuthError) -> Int64? {
        try await write { [self] database in
            var arguments = StatementArguments(arguments)
            arguments += [
                "hash": Data(sealed.bytes), "id": account.number, "created_at": account.createdAt.milliseconds,
            ]
            let row = try Row.fetchOne(
                database,
                sql: """
                    UPDATE account
                    SET password_hash = :hash, password_version = password_version + 1, \(SQLiteStore.tokenEnd),
                        audit_count = audit_count + 1
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
            try SQLiteStore.endSessions(of: account)(database)
            return try row.field("password_version")
        }
    }
}
