import Auth
import Crypto
import Foundation
import SQLiteStorage
import Server

#if PostgreSQL
    import PostgresStorage
#endif

/// One store with its keys: what every command but `config` works on.
struct Deployment: Sendable {
    let settings: Settings
    let store: any AuthStore
    let keys: KeyRing
    let keysPath: String

    /// Where a deployment begins.
    enum Beginning {
        /// The directory must be there.
        case existing
        /// The directory is made where there is none.
        case new
    }

    /// Opens the store with the keys it was made with. Keys are made only for a store in which there never was an account:
    /// with keys of its own making an older store would answer that no password and no token is right. Beside PostgreSQL
    /// they are not made here at all: each of two nodes that start at once would make its own.
    static func open(
        _ settings: Settings,
        _ beginning: Beginning,
        onFatalError: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Deployment {
        if let url = settings.store { return try await openPostgres(url, settings) }
        let directory =
            switch beginning {
            case .existing: try DataDirectory.open(settings.dataDirectory)
            case .new: try DataDirectory.prepare(settings.dataDirectory)
            }
        let keysPath = settings.keysFile ?? directory.path + "/latchkey.keys"
        let keys: KeyRing
        do {
            keys = try KeyFile.load(at: keysPath)
        } catch {
            guard case .missing = error else { throw error }
            keys = try await firstKeys(at: keysPath, for: directory)
        }
        let store = try SQLiteStore(
            in: directory,
            auditChain: keys.audit,
            clock: .system,
            onFatalError: onFatalError
        )
        return Deployment(settings: settings, store: store, keys: keys, keysPath: keysPath)
    }

    #if PostgreSQL
        private static func openPostgres(_ url: StoreURL, _ settings: Settings) async throws -> Deployment {
            let keysPath = settings.keysPath
            let keys: KeyRing
            do throws(KeyFileError) {
                keys = try KeyFile.load(at: keysPath)
            } catch {
                guard case .missing = error else { throw error }
                // To look into a store takes an audit chain, whose key does not matter for looking.
                let store = try PostgresStore(url.text, auditChain: AuditChain(key: SymmetricKey(size: .bits256)))
                guard try await store.isEmpty() else { throw error }
                throw CommandFailure(
                    words: """
                        There is no key file \(shown(keysPath)). For a new database `latchkey migrate up` makes one, on one \
                        machine; every node needs a copy of it.
                        """
                )
            }
            let store = try PostgresStore(url.text, auditChain: keys.audit)
            let deployment = Deployment(settings: settings, store: store, keys: keys, keysPath: keysPath)
            try await deployment.requireOwnKeys()
            return deployment
        }
    #else
        private static func openPostgres(_ url: StoreURL, _ settings: Settings) async throws -> Deployment {
            throw withoutPostgres
        }

        static let withoutPostgres = CommandFailure(
            .usage,
            words: "This latchkey was built without PostgreSQL; unset store.url, or build it with the trait PostgreSQL."
        )
    #endif

    /// Throws `.otherStore` when the audit of some account was not written with these keys.
    func requireOwnKeys() async throws {
        guard let account = try await store.accounts(afterKey: nil, limit: 1).first,
            let event = try await store.auditEvents(of: account.id, after: 0, limit: 1).first, event.n == 1
        else { return }
        let mac = keys.audit.mac(after: [], account: account.id.number, n: 1, at: event.at, draft: event.draft)
        guard mac == event.mac else { throw KeyFileError.otherStore(path: keysPath) }
    }

    private static func firstKeys(at path: String, for directory: DataDirectory) async throws -> KeyRing {
        // To look into a store takes an audit chain, whose key does not matter for looking.
        let store = try SQLiteStore(
            in: directory,
            auditChain: AuditChain(key: SymmetricKey(size: .bits256)),
            clock: .system
        )
        guard try await store.isEmpty() else { throw KeyFileError.missing(path: path) }
        do {
            try KeyFile.create(at: path)
        } catch {
            // Another process may have been quicker; its keys are the store's.
            guard case .alreadyThere = error else { throw error }
        }
        return try KeyFile.load(at: path)
    }

    /// Starts the threads that hash passwords.
    func makeHasher() throws -> PasswordHasher {
        try PasswordHasher(
            parameters: PasswordHashParameters(memoryKiB: settings.hashMemoryKiB, iterations: settings.hashIterations),
            threads: settings.hashThreads ?? PasswordHasher.defaultThreads,
            queue: settings.hashQueue
        )
    }

    func makeLimiter(onLimit: @escaping @Sendable (ThrottleNotice) -> Void = { _ in }) -> AttemptLimiter {
        AttemptLimiter(store: store, keys: keys.throttling, queue: settings.hashQueue, onLimit: onLimit)
    }

    /// What pages need beside tokens.
    func makePeople(_ hasher: PasswordHasher, _ authority: TokenAuthority) throws -> People {
        let accounts = try makeAccounts(hasher)
        let secrets = SecretKeys(keys.cookies)
        return People(
            accounts: accounts,
            sessions: SessionAuthority(
                store: store,
                keys: secrets,
                signIn: authority.signIn,
                settings: settings.sessions
            ),
            invitations: Invitations(store: store, keys: secrets, accounts: accounts)
        )
    }

    /// Without a hasher that is there already one of its own.
    func makeAccounts(_ hasher: PasswordHasher? = nil) throws -> Accounts {
        Accounts(
            store: store,
            hasher: try hasher ?? makeHasher(),
            sealer: keys.passwords,
            policy: try settings.passwordPolicy()
        )
    }

    func makeAuthority(_ hasher: PasswordHasher, _ limiter: AttemptLimiter? = nil) -> TokenAuthority {
        TokenAuthority(
            store: store,
            keys: keys.tokens,
            hasher: hasher,
            sealer: keys.passwords,
            settings: settings.tokens,
            limiter: limiter
        )
    }
}

extension Settings {
    /// Where the keys are, beside whichever store.
    var keysPath: String { keysFile ?? dataDirectory + "/latchkey.keys" }

    var tokens: TokenSettings {
        TokenSettings(lifetimeSeconds: tokenLifetimeMilliseconds / 1000, secretDigits: tokenSecretDigits)
    }

    var sessions: SessionSettings {
        var sessions = SessionSettings()
        sessions.idleSeconds = sessionIdleMilliseconds / 1000
        sessions.lifetimeSeconds = sessionLifetimeMilliseconds / 1000
        return sessions
    }

    /// Reads the blocklist, so it may fail.
    func passwordPolicy() throws -> PasswordPolicy {
        PasswordPolicy(
            minimumLength: passwordMinimumLength,
            blocklist: try passwordBlocklistFile.map { try PasswordBlocklist(path: $0) } ?? .empty
        )
    }
}
