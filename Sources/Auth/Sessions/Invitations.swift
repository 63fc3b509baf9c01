/// Links by which the person an account was made for sets its password, once.
package struct Invitations: Sendable {
    private let store: any AuthStore
    private let keys: SecretKeys
    private let accounts: Accounts

    /// Long enough for a letter to be read, in seconds.
    package static let lifetimeSeconds: Int64 = 3 * 86_400

    package init(store: any AuthStore, keys: SecretKeys, accounts: Accounts) {
        self.store = store
        self.keys = keys
        self.accounts = accounts
    }

    /// Makes the account's only invitation; one that was made before ends. Throws `.noSuchAccount`, and `.accountDisabled`
    /// when nobody could follow it.
    package func invite(_ account: AccountID, by source: AuditSource) async throws(AuthError) -> OpaqueSecret {
        var generator = SystemRandomNumberGenerator()
        let secret = OpaqueSecret.random(using: &generator)
        let made = try await store.setInvitation(
            of: account,
            to: keys.digest(secret, for: .invitation),
            lifetimeSeconds: Invitations.lifetimeSeconds,
            audit: AuditDraft(.accountInvited, by: source)
        )
        guard made else { throw .accountDisabled }
        return secret
    }

    /// Whom it invites; nil when it is over, was used, or never was.
    package func account(_ secret: OpaqueSecret) async throws(AuthError) -> Account? {
        try await store.invitedAccount(keys.digest(secret, for: .invitation))
    }

    /// Sets the password of the account it invites and ends the invitation. Returns the password's version; nil when it was over.
    /// Throws `.weakPassword` and the like, and then it goes on holding.
    package func accept(
        _ secret: OpaqueSecret,
        of account: Account,
        password: Password,
        source: RequestSource
    ) async throws(AuthError) -> Int64? {
        try await store.acceptInvitation(
            keys.digest(secret, for: .invitation),
            of: account.id,
            password: try await accounts.sealed(password, for: account),
            audit: AuditDraft(.passwordChanged, by: .account(account.id, source), detail: "by invitation")
        )
    }
}
