import Auth
import CSQLite
import Foundation
import GRDB
import GRDBSQLite

/// Accounts, tokens and audit in one SQLite file: WAL, fsync at every commit, one writer at a time.
///
/// Several processes may open the same directory; each sees the others' commits at once.
package final class SQLiteStore: Sendable {
    let directory: DataDirectory
    let auditChain: AuditChain
    let clock: WallClock
    let failure: StoreFailure
    private let pool: DatabasePool
    /// Seconds.
    private let patience: Double

    /// Opens the database, makes or migrates it first where needed.
    ///
    /// A write waits at most `patience` seconds for another process's transaction, and may have queued as long before.
    /// `onFatalError` runs once, on any thread, when the disk or the file failed under a write: from then on everything
    /// answers `.unavailable`, and the process should end; starting again recovers.
    package init(
        in directory: DataDirectory,
        auditChain: AuditChain,
        clock: WallClock,
        patience: Double = 5,
        onFatalError: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SQLiteStoreError) {
        self.directory = directory
        self.auditChain = auditChain
        self.clock = clock
        self.patience = patience
        failure = StoreFailure(onFirst: onFatalError)
        _ = SQLiteStore.doesNotCountMemory
        let lock = try OpeningLock(directory)
        try directory.prepareDatabaseFile()
        do {
            pool = try SQLiteStore.open(directory, patience, failure)
        } catch let error as SQLiteStoreError {
            throw error
        } catch let error as DatabaseError {
            throw .database(path: directory.databasePath, reason: SQLiteStore.sentence(error))
        } catch {
            throw .database(path: directory.databasePath, reason: "\(error)")
        }
        _ = consume lock
    }

    /// Before the first database is opened; in a process that opened one otherwise it stays as it was.
    private static let doesNotCountMemory = latchkey_sqlite3_do_not_count_memory() == SQLITE_OK

    private static func open(
        _ directory: DataDirectory,
        _ patience: Double,
        _ failure: StoreFailure
    ) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "latchkey"
        configuration.busyMode = .timeout(patience)
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA trusted_schema = OFF;
                    PRAGMA mmap_size = 0;
                    PRAGMA cache_size = -1024;
                    """
            )
            guard !database.configuration.readonly else { return }
            // The two fullfsync settings matter on macOS, where fsync alone leaves data in the drive's cache.
            try database.execute(
                sql: """
                    PRAGMA fullfsync = ON;
                    PRAGMA checkpoint_fullfsync = ON;
                    PRAGMA journal_size_limit = 67108864;
                    """
            )
            // Unretained: the pool keeps its configuration, whose closure this is, and with it the failure.
            let context = Unmanaged.passUnretained(failure).toOpaque()
            sqlite3_wal_hook(database.sqliteConnection, checkpointAfterCommit, context)
        }
        let pool = try DatabasePool(path: directory.databasePath, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            // The pool has just set NORMAL, under which a power loss may undo commits that were answered.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            guard try !Migrations.all.hasBeenSuperseded(database) else {
                throw SQLiteStoreError.newerSchema(directory: directory.path)
            }
        }
        try Migrations.all.migrate(pool)
        return pool
    }

    /// Runs `change` in one immediate transaction on the writer. Not undone by the task's cancellation: once begun, a
    /// change goes on to its end whoever waits for it.
    func write<Value: Sendable>(
        _ change: @escaping @Sendable (Database) throws -> Value
    ) async throws(AuthError) -> Value {
        if let text = failure.text { throw .unavailable(text) }
        let deadline = ContinuousClock.now + .seconds(patience)
        let outcome: Result<Value, AuthError> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { [self] database in
                continuation.resume(
                    returning: result(onWriter: true) {
                        guard ContinuousClock.now < deadline else {
                            throw AuthError.unavailable("the write waited over \(patience) s for its turn")
                        }
                        var value: Value?
                        try database.inTransaction(.immediate) {
                            value = try change(database)
                            return .commit
                        }
                        return value
                    }
                )
            }
        }
        return try outcome.get()
    }

    /// Runs `query` on a reader, which no writer keeps waiting.
    func read<Value: Sendable>(
        _ query: @escaping @Sendable (Database) throws -> Value
    ) async throws(AuthError) -> Value {
        if let text = failure.text { throw .unavailable(text) }
        let outcome: Result<Value, AuthError> = await withCheckedContinuation { continuation in
            pool.asyncRead { [self] database in
                continuation.resume(returning: result(onWriter: false) { try query(database.get()) })
            }
        }
        return try outcome.get()
    }

    private func result<Value>(onWriter: Bool, _ body: () throws -> Value?) -> Result<Value, AuthError> {
        do {
            guard let value = try body() else { return .failure(.unavailable("the transaction gave no answer")) }
            return .success(value)
        } catch let error as AuthError {
            return .failure(error)
        } catch let error as DatabaseError {
            let text = SQLiteStore.sentence(error)
            if onWriter, SQLiteStore.isFatal(error.extendedResultCode) { failure.report(text) }
            return .failure(.unavailable(text))
        } catch {
            return .failure(.unavailable("\(error)"))
        }
    }

    /// Whether what is on disk is uncertain from now on. A full disk is not: SQLite rolls back and goes on.
    fileprivate static func isFatal(_ code: ResultCode) -> Bool {
        switch code {
        case .SQLITE_IOERR_NOMEM, .SQLITE_IOERR_SHMSIZE: false
        default: [.SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB].contains(code.primaryResultCode)
        }
    }

    /// Names no statement and no argument: they may hold e-mail addresses.
    private static func sentence(_ error: DatabaseError) -> String {
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_FULL: return "the disk of the data directory is full: \(message)"
        case .SQLITE_BUSY: return "another process keeps the database locked: \(message)"
        default: return "SQLite error \(error.extendedResultCode.rawValue): \(message)"
        }
    }
}

/// Moves the log into the database once it is 1,000 pages long, as SQLite would by itself, but tells of a failed fsync,
/// which SQLite's own hook keeps to itself. The COMMIT that led here then fails too, whatever its fate.
private func checkpointAfterCommit(
    context: UnsafeMutableRawPointer?,
    connection: OpaquePointer?,
    name: UnsafePointer<CChar>?,
    pages: CInt
) -> CInt {
    guard pages >= 1000 else { return SQLITE_OK }
    let code = sqlite3_wal_checkpoint_v2(connection, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard SQLiteStore.isFatal(ResultCode(rawValue: code)), let context else { return SQLITE_OK }
    Unmanaged<StoreFailure>.fromOpaque(context).takeUnretainedValue()
        .report("SQLite error \(code) while moving the log into the database")
    return code
}
