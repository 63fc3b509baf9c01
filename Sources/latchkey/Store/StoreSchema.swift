import Auth
import Crypto
import SQLiteStorage

#if PostgreSQL
    import PostgresStorage
#endif

/// The schema of whichever store the settings name.
enum StoreSchema {
    case sqlite(path: String)
    #if PostgreSQL
        case postgres(PostgresMigrations)
    #endif

    struct State {
        let applied: [String]
        let pending: [String]
        let isReadable: Bool
    }

    init(of settings: Settings) throws {
        guard let url = settings.store else {
            self = .sqlite(path: settings.dataDirectory)
            return
        }
        #if PostgreSQL
            self = .postgres(try PostgresMigrations(url.text))
        #else
            throw Deployment.withoutPostgres
        #endif
    }

    func state() throws -> State {
        switch self {
        case .sqlite(let path):
            let found = try SQLiteMigrations(in: DataDirectory.open(path))
            return State(applied: found.applied, pending: found.pending, isReadable: found.isReadable)
        #if PostgreSQL
            case .postgres(let migrations):
                let found = try migrations.state()
                return State(applied: found.applied, pending: found.pending, isReadable: found.isReadable)
        #endif
        }
    }

    func plan() throws -> [(name: String, sql: String)] {
        switch self {
        case .sqlite(let path):
            return try SQLiteMigrations(in: DataDirectory.open(path)).plan
        #if PostgreSQL
            case .postgres(let migrations): return try migrations.plan()
        #endif
        }
    }

    func up() throws -> [String] {
        switch self {
        case .sqlite(let path):
            let directory = try DataDirectory.open(path)
            let lock = try StoreLock(directory)
            defer { withExtendedLifetime(lock) {} }
            let pending = try SQLiteMigrations(in: directory).pending
            // Opening is migrating; it writes no event, so the audit's key does not matter.
            _ = try SQLiteStore(
                in: directory,
                auditChain: AuditChain(key: SymmetricKey(size: .bits256)),
                clock: .system
            )
            return pending
        #if PostgreSQL
            case .postgres(let migrations): return try migrations.up { say($0) }
        #endif
        }
    }

    /// Whether there never was an account.
    static func isEmpty(_ settings: Settings) async throws -> Bool {
        #if PostgreSQL
            if let url = settings.store {
                let chain = AuditChain(key: SymmetricKey(size: .bits256))
                return try await PostgresStore(url.text, auditChain: chain).isEmpty()
            }
        #endif
        return false
    }
}
