import Foundation

/// Keeps a second `serve` off a data directory; held until the value goes away or the process ends, however it ends.
package final class StoreLock: Sendable {
    private let file: OpenFile

    /// Takes `latchkey.lock` at once or throws `.alreadyServed`; the file tells the holder's pid and stays when released.
    package init(_ directory: DataDirectory) throws(SQLiteStoreError) {
        let file = try OpenFile(directory.path + "/latchkey.lock", O_RDWR | O_CREAT)
        guard try file.lock(LOCK_EX | LOCK_NB) else {
            let pid = file.text(limit: 16).prefix { $0.isASCII && $0.isNumber }
            throw .alreadyServed(directory: directory.path, pid: Int32(pid))
        }
        try file.replaceContents(with: "\(getpid())\n")
        self.file = file
    }
}

/// Lets one process at a time open, upgrade and migrate a database; others wait for the few milliseconds it takes.
struct OpeningLock: ~Copyable {
    private let file: OpenFile

    /// Locks the directory itself: it needs no file of its own, and SQLite never locks it.
    init(_ directory: DataDirectory) throws(SQLiteStoreError) {
        let file = try OpenFile(directory.path, O_RDONLY | O_DIRECTORY)
        _ = try file.lock(LOCK_EX)
        self.file = file
    }
}
