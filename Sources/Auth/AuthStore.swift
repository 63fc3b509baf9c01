/// The storage seam: whole transactions named as domain verbs.
///
/// Each method is one transaction, atomic and durable when it returns; a method that throws `.unavailable` may or may
/// not have happened, one that throws anything else has changed nothing. Every change writes its audit event in the
/// same transaction, chained under the account's audit head. Stamps are the store's own clock.
package protocol AuthStore: Sendable {
    /// True while no account was ever added.
    func isEmpty() async throws(AuthError) -> Bool

    /// Returns once the store has answered a read and holds its write connection; for readiness.
    func checkReadiness() async throws(AuthError)

    /// Adds the account. False when its number is taken: draw again. Throws `.emailTaken`, `.ownerNotEligible`.
    func addAccount(_ account: NewAccount, audit: AuditDraft) async throws(AuthError) -> Bool

    func account(_ email: EmailAddress) async throws(AuthError) -> Account?
    func account(number: Int64) async throws(AuthError) -> Account?

    /// At most `limit` accounts in ascending order of e-mail key, those after `emailKey`.
    func accounts(afterKey emailKey: String?, limit: Int) async throws(AuthError) -> [Account]

    /// What checking a password needs, in one read; nil for an unknown e-mail.
    func passwordRecord(_ email: EmailAddress) async throws(AuthError) -> PasswordRecord?

    /// Makes `token` the account's only one and returns its generation; nil, and nothing changed, unless the account is active,
    /// still at `passwordVersion` and, if `generation` is given, still at that: none was made or ended since. Of concurrent
    /// calls the highest generation is the one that lives. The token it replaces, if live, goes on passing for the account's
    /// overlap and no longer than it would have lived; the one before that ends.
    func replaceToken(
        of account: AccountID,
        with token: NewToken,
        ifPasswordVersion passwordVersion: Int64,
        ifGeneration generation: Int64?,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64?

    /// Ends the live token and a previous one that still passes; with `digest`, only when one of the two has it, with
    /// `generation`, only when the live one is of that. False when there was none to end.
    func revokeToken(
        of account: AccountID,
        ifDigest digest: TokenDigest?,
        ifGeneration generation: Int64?,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool

    /// Sets the password, raises `password_version`, which it returns, and ends the token, all sessions and an invitation.
    /// Given `passwordVersion`, returns nil and changes nothing unless the account is active and still at that. Throws
    /// `.noSuchAccount`.
    func setPassword(
        of account: AccountID,
        to sealed: SealedPasswordHash,
        ifPasswordVersion passwordVersion: Int64?,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64?

    /// Swaps a hash of the same password for a costlier one; false, and nothing changed, when `old` is no longer
    /// stored.
    func replacePasswordHash(
        of account: AccountID,
        from old: SealedPasswordHash,
        to new: SealedPasswordHash,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool

    /// Enables or disables; disabling ends the token, all sessions and an invitation. False when it was so already. Throws `.noSuchAccount`.
    func setStatus(of account: AccountID, to status: Account.Status, audit: AuditDraft) async throws(AuthError) -> Bool

    /// False when it was so already. Throws `.noSuchAccount`.
    func setRole(of account: AccountID, to role: Account.Role, audit: AuditDraft) async throws(AuthError) -> Bool

    /// The failures counted under `keys`, two keys in one snapshot; keys without any are left out. Failures too old to count, by
    /// `AttemptMemory`, may still be in it.
    func attempts(_ keys: [AttemptKey]) async throws(AuthError) -> AttemptSnapshot

    /// Counts one more failure under `key` and returns the record with it: one atomic upsert of one row. `failures` and the
    /// window begin anew at 1 when the last failure, or the window's start, is as long ago as `memory` says.
    func recordFailure(_ key: AttemptKey, _ memory: AttemptMemory) async throws(AuthError) -> AttemptRecord

    /// Forgets the failures of `key.account` from every source, and makes `key.source` one that is known from now on; of
    /// more than `memory` allows the account those known longest ago go. Not called for every success, so nothing may
    /// depend on it for failures that other known sources have to themselves.
    func recordSuccess(_ key: AttemptKey, _ memory: AttemptMemory) async throws(AuthError)

    /// Removes a few hundred keys that are of no more use and, above `memory.keys`, of accounts those with the fewest
    /// failures, among equals the oldest, and of sources those known longest ago: what locks an account stays longest.
    func pruneAttempts(_ memory: AttemptMemory) async throws(AuthError)

    /// Forgets the failures counted under `key`'s account, from whichever source, and audits that. False, and nothing
    /// changed, when there were none. Throws `.noSuchAccount`.
    func unlock(_ account: AccountID, _ key: AttemptKey, audit: AuditDraft) async throws(AuthError) -> Bool

    /// Limits a service account to `scopes`, or to none when empty. False when it was so already. Throws `.noSuchAccount`,
    /// and `.invalidScope` for a person's account.
    func setScopes(of account: AccountID, to scopes: [Scope], audit: AuditDraft) async throws(AuthError) -> Bool

    /// Lets a token that is replaced from now on pass for `seconds` more, of `Overlap.seconds`; nil ends that, and a
    /// previous token, at once. False when it was so already. Throws `.noSuchAccount`.
    func setOverlap(of account: AccountID, to seconds: Int64?, audit: AuditDraft) async throws(AuthError) -> Bool

    /// Keeps the latest use of each previous token, and of its first one an audit event; what no overlap lets pass any
    /// more is left out.
    func recordUses(_ uses: [TokenUse]) async throws(AuthError)

    /// Keeps the latest use of each live token, unless one was kept less than five minutes before; best effort, and no audit.
    func recordLastUses(_ uses: [TokenUse]) async throws(AuthError)

    /// Of the service accounts that `owner` answers for, as `accounts(afterKey:limit:)`.
    func accounts(ownedBy owner: Int64, afterKey emailKey: String?, limit: Int) async throws(AuthError) -> [Account]

    /// Of the accounts whose e-mail key begins with `keyPrefix`, as `accounts(afterKey:limit:)`.
    func accounts(keyPrefix: String, afterKey emailKey: String?, limit: Int) async throws(AuthError) -> [Account]

    /// Begins a session, and ends those beyond `settings.limit` that were seen longest ago. False, and nothing changed, unless
    /// the account is active and still at the session's password version.
    func addSession(_ session: NewSession, _ settings: SessionSettings, audit: AuditDraft) async throws(AuthError)
        -> Bool

    /// The session with its account, in one snapshot; nil when it is over, was not seen for `idleSeconds`, or is of an account
    /// that is disabled or has another password since.
    func session(_ digest: SecretDigest, idleSeconds: Int64) async throws(AuthError) -> OpenSession?

    /// Marks the session as seen now, if it is still there; best effort.
    func touchSession(_ digest: SecretDigest) async throws(AuthError)

    /// The account's sessions that `session` would find, those seen last first.
    func sessions(of account: AccountID, idleSeconds: Int64) async throws(AuthError) -> [Session]

    /// False when the account has no such session.
    func endSession(_ digest: SecretDigest, of account: AccountID, audit: AuditDraft) async throws(AuthError) -> Bool

    /// Ends all of the account's sessions but one; false when there was no other.
    func endSessions(of account: AccountID, except digest: SecretDigest, audit: AuditDraft) async throws(AuthError)
        -> Bool

    /// Makes the account's only invitation; false when the account is disabled. Throws `.noSuchAccount`.
    func setInvitation(
        of account: AccountID,
        to digest: SecretDigest,
        lifetimeSeconds: Int64,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool

    /// The active account that an invitation which still holds is for.
    func invitedAccount(_ digest: SecretDigest) async throws(AuthError) -> Account?

    /// As `setPassword`, if the account is active and the invitation is its and still holds; nil, and nothing changed, when
    /// not. Of concurrent calls one succeeds.
    func acceptInvitation(
        _ digest: SecretDigest,
        of account: AccountID,
        password: SealedPasswordHash,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64?

    /// Events of a person's own account and service accounts, the latest first.
    func activity(_ query: ActivityQuery) async throws(AuthError) -> [AccountEvent]

    /// At most `limit` active accounts whose token expires after `cursor` and before `end`, in the order of expiry and
    /// number.
    func accounts(expiringAfter cursor: ExpiryCursor, before end: Timestamp, limit: Int) async throws(AuthError)
        -> [Account]

    /// How many tokens expire at `start` or later and before `end`, counted up to `limit`.
    func countTokens(expiringFrom start: Timestamp, before end: Timestamp, limit: Int) async throws(AuthError) -> Int

    /// The account's events with `n` above `after`, oldest first, at most `limit`.
    func auditEvents(of account: AccountID, after: Int64, limit: Int) async throws(AuthError) -> [AuditEvent]

    /// A reader for the calling thread's event loop. `endOfTurn` runs the closure it is given once, after all that is
    /// ready in this turn of the loop has been read; `onLoop`, called on any thread, runs its closure on the loop.
    func makeTokenLookups(
        endOfTurn: @escaping (@escaping () -> Void) -> Void,
        onLoop: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) throws(AuthError) -> any TokenLookups
}

/// An account to add.
package struct NewAccount: Sendable {
    package let id: AccountID
    package let email: EmailAddress
    package let kind: Kind
    package let role: Account.Role
    package let scopes: [Scope]
    package let password: SealedPasswordHash?

    package enum Kind: Sendable {
        case user
        case service(ownerNumber: Int64, purpose: String)
    }

    package init(
        id: AccountID,
        email: EmailAddress,
        kind: Kind,
        role: Account.Role,
        scopes: [Scope],
        password: SealedPasswordHash?
    ) {
        self.id = id
        self.email = email
        self.kind = kind
        self.role = role
        self.scopes = scopes
        self.password = password
    }
}

/// A token to store: its digest and key, and how long it lives from the store's own now.
package struct NewToken: Sendable {
    package let digest: TokenDigest
    package let keyID: Int64
    package let lifetimeSeconds: Int64

    package init(digest: TokenDigest, keyID: Int64, lifetimeSeconds: Int64) {
        self.digest = digest
        self.keyID = keyID
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// A place in the order of expiry: a token's, and the number of its account.
package struct ExpiryCursor: Sendable {
    package let expiresAt: Timestamp
    package let number: Int64

    package init(expiresAt: Timestamp, number: Int64 = .max) {
        self.expiresAt = expiresAt
        self.number = number
    }
}

/// What checking a password needs.
package struct PasswordRecord: Sendable {
    package let account: AccountID
    package let status: Account.Status
    package let hash: SealedPasswordHash?
    package let passwordVersion: Int64

    package init(account: AccountID, status: Account.Status, hash: SealedPasswordHash?, passwordVersion: Int64) {
        self.account = account
        self.status = status
        self.hash = hash
        self.passwordVersion = passwordVersion
    }
}
