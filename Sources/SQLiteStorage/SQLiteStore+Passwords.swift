import Auth
import Foundation

extension SQLiteStore {
    private static let newPassword = "password_hash = :hash, password_version = password_version + 1, " + tokenEnd

    package func setPassword(
        of account: AccountID,
        to sealed: SealedPasswordHash,
        ifPasswordVersion passwordVersion: Int64?,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64? {
        try await change(
            account,
            audit: audit,
            assigning: SQLiteStore.newPassword,
            where: ":version IS NULL OR (status = 'active' AND password_version = :version)",
            ["hash": Data(sealed.bytes), "version": passwordVersion],
            requiresAccount: true,
            then: SQLiteStore.endSessions(of: account)
        )
    }

    package func acceptInvitation(
        _ digest: SecretDigest,
        of account: AccountID,
        password: SealedPasswordHash,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64? {
        try await change(
            account,
            audit: audit,
            assigning: SQLiteStore.newPassword,
            where: """
                status = 'active' AND EXISTS (
                    SELECT 1 FROM invitation WHERE account_id = account.id AND digest = :digest AND expires_at > :now
                )
                """,
            ["hash": Data(password.bytes), "digest": Data(digest.bytes), "now": clock.now.milliseconds],
            then: SQLiteStore.endSessions(of: account)
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
        ) != nil
    }
}
