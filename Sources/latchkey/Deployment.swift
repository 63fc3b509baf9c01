import Auth
import Crypto
import Foundation
import SQLiteStorage

/// One data directory with its store and keys: what every command but `config` works on.
struct Deployment: Sendable {
    let settings: Settings
    let directory: DataDirectory
    let store: SQLiteStore
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
    /// with keys of its own making an older store would answer that no password and no token is right.
    static func open(
        _ settings: Settings,
        _ beginning: Beginning,
        onFatalError: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Deployment {
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
        return Deployment(settings: settings, directory: directory, store: store, keys: keys, keysPath: keysPath)
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

    func makeAuthority(_ hasher: PasswordHasher) -> TokenAuthority {
        TokenAuthority(
            store: store,
            keys: keys.tokens,
            hasher: hasher,
            sealer: keys.passwords,
            settings: settings.tokens
        )
    }
}

extension Settings {
    var tokens: TokenSettings {
        TokenSettings(lifetimeSeconds: tokenLifetimeMilliseconds / 1000, secretDigits: tokenSecretDigits)
    }

    /// Reads the blocklist, so it may fail.
    func passwordPolicy() throws -> PasswordPolicy {
        PasswordPolicy(
            minimumLength: passwordMinimumLength,
            blocklist: try passwordBlocklistFile.map { try PasswordBlocklist(path: $0) } ?? .empty
        )
    }
}
