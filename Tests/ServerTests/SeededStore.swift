import Auth
import Foundation
import Logging
import SQLiteStorage
import Server
import Synchronization
import Testing

/// A store in a folder of its own with the keys, hasher and authority over it: made once, for accounts cost a test nothing.
final class SeededStore: Sendable {
    static let shared = Task { try await SeededStore() }

    static let password = "example123 is not long"

    let directory: TemporaryDirectory
    let store: SQLiteStore
    let keys: KeyRing
    let hasher: PasswordHasher
    let authority: TokenAuthority
    private let phc: String

    /// An account and the live token it was given.
    struct SignedIn: Sendable {
        let id: AccountID
        let email: String
        let token: String
    }

    init(clock: WallClock = .system) async throws {
        directory = try TemporaryDirectory()
        directory.removeAtExit()
        let keysPath = directory.path + "/keys"
        try KeyFile.create(at: keysPath)
        keys = try KeyFile.load(at: keysPath)
        store = try SQLiteStore(in: .prepare(directory.path), auditChain: keys.audit, clock: clock, patience: 60)
        hasher = try PasswordHasher(threads: 2, queue: 512, deadline: .seconds(60))
        authority = TokenAuthority(store: store, keys: keys.tokens, hasher: hasher, sealer: keys.passwords)
        phc = try await hasher.hash(Password(SeededStore.password))
    }

    func authority(_ hasher: PasswordHasher, _ limiter: AttemptLimiter? = nil) -> TokenAuthority {
        TokenAuthority(store: store, keys: keys.tokens, hasher: hasher, sealer: keys.passwords, limiter: limiter)
    }

    func people(_ hasher: PasswordHasher, _ authority: TokenAuthority) -> People {
        let accounts = Accounts(store: store, hasher: hasher, sealer: keys.passwords, policy: PasswordPolicy())
        let secrets = SecretKeys(keys.cookies)
        return People(
            accounts: accounts,
            sessions: SessionAuthority(store: store, keys: secrets, signIn: authority.signIn),
            invitations: Invitations(store: store, keys: secrets, accounts: accounts)
        )
    }

    /// Adds an account with `password`, under an address of its own.
    func account(hasPassword: Bool = true, role: Account.Role = .member) async throws -> (id: AccountID, email: String)
    {
        var generator = SystemRandomNumberGenerator()
        let id = AccountID.random(createdAt: WallClock.system.now, using: &generator)
        let email = "account-\(id.number)@example.com"
        let account = NewAccount(
            id: id,
            email: try EmailAddress(email),
            kind: .user,
            role: role,
            scopes: [],
            password: hasPassword ? try keys.passwords.seal(phc, for: id) : nil
        )
        #expect(try await store.addAccount(account, audit: AuditDraft(.accountAdded, by: .test)))
        return (id, email)
    }

    /// Adds an account and makes its token as an operator does, without a hash.
    func signedIn() async throws -> SignedIn {
        let (id, email) = try await account()
        let generated = try await authority.generateAsOperator(for: EmailAddress(email), by: .test)
        return SignedIn(id: id, email: email, token: String(generated.token.text))
    }

    /// Adds a service account limited to `scopes` and makes its token.
    func signedInService(scopes: String, role: Account.Role = .member) async throws -> SignedIn {
        let email = "service-\(UInt64.random(in: .min ... .max))@example.com"
        let id = try await service(email, owner: account().id, scopes: scopes, role: role)
        let generated = try await authority.generateAsOperator(for: EmailAddress(email), by: .test)
        return SignedIn(id: id, email: email, token: String(generated.token.text))
    }

    /// Adds a service account without a token.
    func service(
        _ email: String,
        owner: AccountID,
        scopes: String = "",
        role: Account.Role = .member
    ) async throws -> AccountID {
        var generator = SystemRandomNumberGenerator()
        let id = AccountID.random(createdAt: WallClock.system.now, using: &generator)
        let account = NewAccount(
            id: id,
            email: try EmailAddress(email),
            kind: .service(ownerNumber: owner.number, purpose: "a test"),
            role: role,
            scopes: try Scope.list(scopes),
            password: try keys.passwords.seal(phc, for: id)
        )
        #expect(try await store.addAccount(account, audit: AuditDraft(.accountAdded, by: .test)))
        return id
    }

    func setPassword(_ phc: String, of id: AccountID) async throws {
        let sealed = try keys.passwords.seal(phc, for: id)
        let audit = AuditDraft(.passwordChanged, by: .test)
        #expect(try await store.setPassword(of: id, to: sealed, ifPasswordVersion: nil, audit: audit) != nil)
    }

    /// Waits until the server has recorded a use of the account's token, which it does every two seconds.
    func waitUntilUsed(_ id: AccountID) async throws {
        while try await store.account(number: id.number)?.lastUse == nil {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func disable(_ id: AccountID) async throws {
        #expect(try await store.setStatus(of: id, to: .disabled, audit: AuditDraft(.accountDisabled, by: .test)))
    }
}

extension AuditSource {
    static let test = AuditSource.commandLine(user: "tester")
}

extension Logger {
    /// Nobody reads a test's log.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A folder that goes away with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let name = "latchkey-server-test-\(UInt64.random(in: .min ... .max))"
        path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// For one that lives as long as the process, whose values nobody deinitialises.
    func removeAtExit() {
        TemporaryDirectory.leftovers.withLock { $0.append(path) }
        atexit {
            for path in TemporaryDirectory.leftovers.withLock({ $0 }) {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
    }

    private static let leftovers = Mutex<[String]>([])
}
