import Auth
import GRDBSQLite

/// A raw connection that does one thing: find token rows by primary key. Closed when it goes away.
final class LookupConnection {
    private let database: OpaquePointer
    private var beginning: OpaquePointer?
    private var selection: OpaquePointer?
    private var ending: OpaquePointer?

    /// Milliseconds. Readers of a log wait for nobody but a recovery after another process's crash, and the loop stands
    /// still meanwhile.
    private static let busyTimeout: CInt = 100

    init(_ path: String) throws(AuthError) {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard let handle else { throw .unavailable("SQLite has no memory for a connection") }
        database = handle
        guard code == SQLITE_OK else { throw failed() }
        sqlite3_busy_timeout(database, LookupConnection.busyTimeout)
        // The cache holds the tree's inner pages up to some 5 million accounts; the leaves come from the system's.
        let settings = "PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0; PRAGMA cache_size = -4096"
        guard sqlite3_exec(database, settings, nil, nil, nil) == SQLITE_OK else { throw failed() }
        beginning = try prepare("BEGIN")
        selection = try prepare(
            """
            SELECT created_at, token_digest, token_key_id, token_issued_at, token_expires_at, kind, role, email, scopes,
                overlap_digest, overlap_key_id, overlap_issued_at, overlap_until
            FROM account WHERE id = ?1 AND status = 'active' AND token_digest IS NOT NULL
            """
        )
        ending = try prepare("COMMIT")
    }

    deinit {
        for statement in [beginning, selection, ending] { sqlite3_finalize(statement) }
        sqlite3_close_v2(database)
    }

    func begin() throws(AuthError) {
        try run(beginning)
    }

    func commit() throws(AuthError) {
        try run(ending)
    }

    /// Throws when SQLite failed; a row that the schema would have refused is this one lookup's `.unavailable`.
    func lookUp(_ account: AccountID, now: Timestamp) throws(AuthError) -> TokenLookup {
        defer { sqlite3_reset(selection) }
        guard sqlite3_bind_int64(selection, 1, account.number) == SQLITE_OK else { throw failed() }
        switch sqlite3_step(selection) {
        case SQLITE_DONE: return .absent
        case SQLITE_ROW: break
        default: throw failed()
        }
        // The text form names the creation time too: another time is another account, which does not exist.
        guard integer(0) == account.createdAt.milliseconds else { return .absent }
        guard let digest = TokenDigest(bytes(1)), let keyID = integer(2), let issuedAt = integer(3),
            let expiresAt = integer(4), let type = AccountType(rawValue: word(5)),
            let role = Account.Role(rawValue: word(6)), let email = visibleText(7), let scopes = visibleText(8),
            let previous = previousToken()
        else { return .unavailable("the database holds a damaged row \(account.number)") }
        let token = LiveToken(
            account: account,
            email: email,
            type: type,
            role: role,
            scopes: scopes,
            digest: digest,
            keyID: keyID,
            issuedAt: Timestamp(milliseconds: issuedAt),
            expiresAt: Timestamp(milliseconds: expiresAt),
            previous: previous
        )
        return .found(token, now: now)
    }

    /// The token before, from the row at hand; nil when the row is damaged.
    private func previousToken() -> PreviousToken? {
        guard sqlite3_column_type(selection, 9) != SQLITE_NULL else { return PreviousToken.none }
        guard let digest = TokenDigest(bytes(9)), let keyID = integer(10), let issuedAt = integer(11),
            let until = integer(12)
        else { return nil }
        return .passing(
            digest: digest,
            keyID: keyID,
            issuedAt: Timestamp(milliseconds: issuedAt),
            until: Timestamp(milliseconds: until)
        )
    }

    private func integer(_ column: CInt) -> Int64? {
        guard sqlite3_column_type(selection, column) == SQLITE_INTEGER else { return nil }
        return sqlite3_column_int64(selection, column)
    }

    private func bytes(_ column: CInt) -> UnsafeRawBufferPointer {
        // The pointer first: asking for the length first could convert the value and move it.
        let start = sqlite3_column_blob(selection, column)
        return UnsafeRawBufferPointer(
            start: start,
            count: start == nil ? 0 : Int(sqlite3_column_bytes(selection, column))
        )
    }

    /// At most 15 bytes in every sound row, which Swift keeps without allocating.
    private func word(_ column: CInt) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    /// Nil if any byte is not ASCII from space to tilde: the text goes into answers and headers as it is.
    private func visibleText(_ column: CInt) -> String? {
        let bytes = bytes(column)
        guard bytes.allSatisfy({ 0x20...0x7E ~= $0 }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func run(_ statement: OpaquePointer?) throws(AuthError) {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw failed() }
    }

    private func prepare(_ sql: String) throws(AuthError) -> OpaquePointer? {
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard sqlite3_prepare_v3(database, sql, -1, flags, &statement, nil) == SQLITE_OK else { throw failed() }
        return statement
    }

    private func failed() -> AuthError {
        .unavailable(
            "SQLite error \(sqlite3_extended_errcode(database)): \(String(cString: sqlite3_errmsg(database)))"
        )
    }
}
