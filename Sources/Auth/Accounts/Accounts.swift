/// Adds, finds and changes accounts: the operator's verbs, each one audited change.
package struct Accounts: Sendable {
    private let store: any AuthStore
    private let hasher: PasswordHasher
    private let sealer: PasswordSealer
    private let policy: PasswordPolicy
    private let clock: WallClock

    package init(
        store: any AuthStore,
        hasher: PasswordHasher,
        sealer: PasswordSealer,
        policy: PasswordPolicy,
        clock: WallClock = .system
    ) {
        self.store = store
        self.hasher = hasher
        self.sealer = sealer
        self.policy = policy
        self.clock = clock
    }

    /// Adds a person's account; without a password nobody can sign in to it until one is set.
    package func add(
        _ email: EmailAddress,
        password: Password?,
        role: Account.Role,
        by source: AuditSource
    ) async throws(AuthError) -> AccountID {
        try await add(email, .user, role: role, scopes: [], password: password, by: source)
    }

    /// Adds a program's account, for which `owner`, an active person, answers.
    package func addService(
        _ email: EmailAddress,
        owner: EmailAddress,
        purpose: String,
        password: Password?,
        role: Account.Role = .member,
        scopes: [Scope],
        by source: AuditSource
    ) async throws(AuthError) -> AccountID {
        let purpose = try Accounts.purpose(purpose)
        guard let owner = try await store.account(owner), owner.kind.type == .user, owner.status == .active else {
            throw .ownerNotEligible
        }
        return try await add(
            email,
            .service(ownerNumber: owner.id.number, purpose: purpose),
            role: role,
            scopes: scopes,
            password: password,
            by: source
        )
    }

    /// Nil when no account has this address.
    package func find(_ email: EmailAddress) async throws(AuthError) -> Account? {
        try await store.account(email)
    }

    /// Nil when there is no such account, and for nil.
    package func find(_ id: AccountID?) async throws(AuthError) -> Account? {
        guard let id, let account = try await store.account(number: id.number), account.id == id else { return nil }
        return account
    }

    /// A page of accounts in the order of their e-mail keys, beginning after `email`; fewer than `limit` end the list.
    package func list(after email: EmailAddress?, limit: Int) async throws(AuthError) -> [Account] {
        try await store.accounts(afterKey: email?.key, limit: min(max(limit, 1), 1000))
    }

    /// A page of the accounts whose e-mail key begins with `prefix`, in the same order.
    package func list(
        beginningWith prefix: String,
        after email: EmailAddress?,
        limit: Int
    ) async throws(AuthError) -> [Account] {
        try await store.accounts(
            keyPrefix: prefix.lowercased(),
            afterKey: email?.key,
            limit: min(max(limit, 1), 1000)
        )
    }

    /// A page of the service accounts a person answers for, in the same order.
    package func services(
        of owner: AccountID,
        after email: EmailAddress?,
        limit: Int
    ) async throws(AuthError) -> [Account] {
        try await store.accounts(ownedBy: owner.number, afterKey: email?.key, limit: min(max(limit, 1), 1000))
    }

    /// Sets the password and ends the account's token and its sessions. Returns the password's version; given
    /// `passwordVersion`, returns nil and changes nothing unless the account is active and its password still of that.
    @discardableResult
    package func setPassword(
        of email: EmailAddress,
        to password: Password,
        ifPasswordVersion passwordVersion: Int64? = nil,
        by source: AuditSource
    ) async throws(AuthError) -> Int64? {
        let account = try await existing(email)
        return try await store.setPassword(
            of: account.id,
            to: try await sealed(password, for: account),
            ifPasswordVersion: passwordVersion,
            audit: AuditDraft(.passwordChanged, by: source)
        )
    }

    /// Disables the account and ends its token; false when it was disabled already.
    package func disable(_ email: EmailAddress, by source: AuditSource) async throws(AuthError) -> Bool {
        let account = try await existing(email)
        return try await store.setStatus(
            of: account.id,
            to: .disabled,
            audit: AuditDraft(.accountDisabled, by: source)
        )
    }

    /// Enables the account, which has no token until it makes one; false when it was enabled already.
    package func enable(_ email: EmailAddress, by source: AuditSource) async throws(AuthError) -> Bool {
        let account = try await existing(email)
        return try await store.setStatus(of: account.id, to: .active, audit: AuditDraft(.accountEnabled, by: source))
    }

    /// False when the account had this role already.
    package func setRole(
        of email: EmailAddress,
        to role: Account.Role,
        by source: AuditSource
    ) async throws(AuthError) -> Bool {
        let account = try await existing(email)
        return try await store.setRole(
            of: account.id,
            to: role,
            audit: AuditDraft(.roleChanged, by: source, detail: role.rawValue)
        )
    }

    /// Limits a service account to `scopes`, all of them when empty; false when it was so already.
    package func setScopes(
        of email: EmailAddress,
        to scopes: [Scope],
        by source: AuditSource
    ) async throws(AuthError) -> Bool {
        let account = try await existing(email)
        let detail = scopes.map(\.description).joined(separator: " ")
        return try await store.setScopes(
            of: account.id,
            to: scopes,
            audit: AuditDraft(.scopesChanged, by: source, detail: detail)
        )
    }

    /// Lets replaced tokens pass for `seconds` more, or, with nil, no longer; false when it was so already.
    package func setOverlap(
        of email: EmailAddress,
        to seconds: Int64?,
        by source: AuditSource
    ) async throws(AuthError) -> Bool {
        let account = try await existing(email)
        let draft = AuditDraft(.overlapChanged, by: source, detail: seconds.map { "\($0)s" } ?? "off")
        return try await store.setOverlap(of: account.id, to: seconds, audit: draft)
    }

    /// 1 to 200 characters without control characters, blanks at the ends left out.
    static func purpose(_ text: String) throws(AuthError) -> String {
        var characters = text[...]
        while characters.first?.isWhitespace == true { characters.removeFirst() }
        while characters.last?.isWhitespace == true { characters.removeLast() }
        // Code points, so that no one character is endless.
        guard 1...200 ~= characters.unicodeScalars.count else {
            throw .invalidPurpose("a purpose has 1 to 200 characters")
        }
        guard !characters.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .invalidPurpose("a purpose is one line without control characters")
        }
        return String(characters)
    }

    private func add(
        _ email: EmailAddress,
        _ kind: NewAccount.Kind,
        role: Account.Role,
        scopes: [Scope],
        password: Password?,
        by source: AuditSource
    ) async throws(AuthError) -> AccountID {
        var phc: String?
        if let password { phc = try await acceptableHash(of: password, for: email) }
        var generator = SystemRandomNumberGenerator()
        // One of 10¹⁸ numbers is taken by chance about never; a store that says so again and again is broken.
        for _ in 0..<8 {
            let id = AccountID.random(createdAt: clock.now, using: &generator)
            var sealed: SealedPasswordHash?
            if let phc { sealed = try sealer.seal(phc, for: id) }
            let account = NewAccount(id: id, email: email, kind: kind, role: role, scopes: scopes, password: sealed)
            let draft = AuditDraft(.accountAdded, by: source, detail: role.rawValue)
            if try await store.addAccount(account, audit: draft) { return id }
        }
        throw .unavailable("the store says that every account number drawn is taken")
    }

    private func existing(_ email: EmailAddress) async throws(AuthError) -> Account {
        guard let account = try await store.account(email) else { throw .noSuchAccount }
        return account
    }

    /// The account's password in the form in which a store takes it. Throws `.weakPassword`.
    func sealed(_ password: Password, for account: Account) async throws(AuthError) -> SealedPasswordHash {
        try sealer.seal(try await acceptableHash(of: password, for: account.email), for: account.id)
    }

    private func acceptableHash(of password: Password, for email: EmailAddress) async throws(AuthError) -> String {
        if let refusal = policy.refusal(of: password, for: email) { throw .weakPassword(refusal) }
        return try await hasher.hash(password)
    }
}
