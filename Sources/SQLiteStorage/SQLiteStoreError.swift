import Foundation

/// Why the data directory or the database in it cannot be used; each reads as a sentence that says what to do.
package enum SQLiteStoreError: Error, Equatable, Sendable {
    case missingDirectory(String)
    case notADirectory(String)
    case wrongUser(path: String, owner: String)
    case writableByOthers(String)
    case networkFileSystem(String)
    case alreadyServed(directory: String, pid: Int32?)
    case newerSchema(directory: String)
    case fileSystem(path: String, code: Int32)
    case database(path: String, reason: String)
}

extension SQLiteStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingDirectory(let path):
            "the data directory \(path) does not exist; name another with --data, or run `latchkey serve` to make it"
        case .notADirectory(let path):
            "\(path) is not a directory; name another with --data"
        case .wrongUser(let path, let owner):
            "\(path) belongs to the user \(owner); run this command as that user: sudo -u \(owner) latchkey …"
        case .writableByOthers(let path):
            "others may write to the data directory \(path), and could replace what is in it; run: chmod 700 \(path)"
        case .networkFileSystem(let path):
            "\(path) is on a network file system, where SQLite's locks do not hold; use a local disk, or PostgreSQL"
        case .alreadyServed(let directory, let pid):
            "another latchkey serve already uses \(directory)" + (pid.map { " (pid \($0))" } ?? "")
                + "; stop it first, or name another directory with --data"
        case .newerSchema(let directory):
            "the database in \(directory) was made by a newer version of latchkey; run that version or a later one"
        case .fileSystem(let path, let code):
            "\(path): \(String(cString: strerror(code)))"
        case .database(let path, let reason):
            "cannot open the database \(path): \(reason)"
        }
    }
}
