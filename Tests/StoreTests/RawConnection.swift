import GRDBSQLite
import Testing

/// A hand on the database beside the store's own, as an operator with the sqlite3 shell has.
final class RawConnection {
    struct Failure: Error {
        let code: CInt
        let message: String
    }

    private let handle: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        handle = try #require(opened)
        guard code == SQLITE_OK else { throw Failure(code: code, message: "open") }
        sqlite3_busy_timeout(handle, 5000)
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    /// Runs statements; the first column of the last row that came out.
    @discardableResult
    func run(_ sql: String) throws -> String? {
        var answer: String?
        let code = withUnsafeMutablePointer(to: &answer) { pointer in
            sqlite3_exec(
                handle,
                sql,
                { context, _, columns, _ in
                    let text = columns?.pointee.map { String(cString: $0) }
                    context?.assumingMemoryBound(to: String?.self).pointee = text
                    return 0
                },
                pointer,
                nil
            )
        }
        guard code == SQLITE_OK else { throw Failure(code: code, message: String(cString: sqlite3_errmsg(handle))) }
        return answer
    }
}
