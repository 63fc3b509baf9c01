import Auth
import GRDBSQLite

/// Puts many accounts into a database that nobody else has open, without a journal: it is whole once `finish` has returned.
final class BulkInsert {
    private let database: OpaquePointer
    private var account: OpaquePointer?
    private var audit: OpaquePointer?

    init(_ path: String) throws {
        var handle: OpaquePointer?
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let handle else {
            throw BenchmarkFailure("\(path) cannot be opened")
        }
        database = handle
        // Leaving WAL first: with it there is no going without a journal.
        try execute("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        try execute("PRAGMA cache_size = -262144; PRAGMA locking_mode = EXCLUSIVE")
        account = try prepare(
            """
            INSERT INTO account (id, created_at, status, token_digest, token_key_id, token_issued_at, token_expires_at,
                kind, role, email, scopes, token_generation, token_issued_by, email_key, password_hash, audit_count,
                audit_mac)
            VALUES (?1, ?2, 'active', ?3, ?4, ?5, ?6, 'user', 'member', ?7, '', 1, ?8, ?7, ?9, ?10, ?11)
            """
        )
        audit = try prepare(
            """
            INSERT INTO audit (account_id, n, at, actor, kind, address, agent, detail, mac)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """
        )
    }

    deinit {
        for statement in [account, audit] { sqlite3_finalize(statement) }
        sqlite3_close_v2(database)
    }

    func insert(_ accounts: [SeededAccount]) throws {
        try execute("BEGIN")
        for row in accounts {
            bind(account, 1, row.id.number)
            bind(account, 2, row.id.createdAt.milliseconds)
            bind(account, 3, row.digest.bytes)
            bind(account, 4, row.keyID)
            bind(account, 5, row.issuedAt.milliseconds)
            bind(account, 6, row.expiresAt.milliseconds)
            bind(account, 7, row.email)
            bind(account, 8, row.event.draft.source.actor)
            bind(account, 9, row.password.bytes)
            bind(account, 10, row.event.n)
            bind(account, 11, row.event.mac)
            try step(account)
            try insert(row.event, of: row.id.number)
        }
        try execute("COMMIT")
    }

    /// Back to WAL, with everything on the disk.
    func finish() throws {
        try execute("PRAGMA locking_mode = NORMAL; PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL")
        try execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private func insert(_ event: AuditEvent, of number: Int64) throws {
        bind(audit, 1, number)
        bind(audit, 2, event.n)
        bind(audit, 3, event.at.milliseconds)
        bind(audit, 4, event.draft.source.actor)
        bind(audit, 5, event.draft.kind.rawValue)
        bind(audit, 6, event.draft.source.address)
        bind(audit, 7, event.draft.source.agent)
        bind(audit, 8, event.draft.detail)
        bind(audit, 9, event.mac)
        try step(audit)
    }

    private func bind(_ statement: OpaquePointer?, _ place: CInt, _ value: Int64) {
        sqlite3_bind_int64(statement, place, value)
    }

    private func bind(_ statement: OpaquePointer?, _ place: CInt, _ value: [UInt8]) {
        value.withUnsafeBytes { bytes in
            _ = sqlite3_bind_blob(statement, place, bytes.baseAddress, CInt(bytes.count), BulkInsert.copied)
        }
    }

    private func bind(_ statement: OpaquePointer?, _ place: CInt, _ value: String) {
        sqlite3_bind_text(statement, place, value, CInt(value.utf8.count), BulkInsert.copied)
    }

    /// SQLITE_TRANSIENT, a cast that C's macros can say and Swift does not import.
    private static var copied: sqlite3_destructor_type? { unsafeBitCast(-1, to: sqlite3_destructor_type?.self) }

    private func step(_ statement: OpaquePointer?) throws {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw failed() }
    }

    private func prepare(_ sql: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v3(database, sql, -1, 0, &statement, nil) == SQLITE_OK else { throw failed() }
        return statement
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failed() }
    }

    private func failed() -> BenchmarkFailure {
        let text = String(cString: sqlite3_errmsg(database))
        return BenchmarkFailure("SQLite error \(sqlite3_extended_errcode(database)): \(text)")
    }
}
