import Foundation

/// A directory that was found fit to hold the database: ours alone, on a local disk.
package struct DataDirectory: Equatable, Sendable {
    package let path: String

    /// The database file. Only SQLite ever opens it: closing any other descriptor of it would drop the process's locks.
    package var databasePath: String { path + "/latchkey.sqlite" }

    private init(path: String) {
        self.path = path
    }

    /// Makes the directory, readable by its owner only, where there is none; then the same as `open`.
    package static func prepare(_ path: String) throws(SQLiteStoreError) -> DataDirectory {
        let path = try trimmed(path)
        try make(path)
        return try open(path)
    }

    /// Refuses a directory of another user (root included: its files would shut the owner out), one that others may
    /// write to, and one on a network file system.
    package static func open(_ path: String) throws(SQLiteStoreError) -> DataDirectory {
        let path = try trimmed(path)
        guard let status = try status(of: path) else { throw .missingDirectory(path) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory(path) }
        try requireOwnership(of: path, status)
        guard status.st_mode & 0o022 == 0 else { throw .writableByOthers(path) }
        guard try !NetworkFileSystem.holds(OpenFile(path, O_RDONLY | O_DIRECTORY)) else {
            throw .networkFileSystem(path)
        }
        return DataDirectory(path: path)
    }

    /// Whether there is a database yet.
    func hasDatabase() throws(SQLiteStoreError) -> Bool {
        try DataDirectory.status(of: databasePath) != nil
    }

    /// Makes an empty database file of mode 0600 before SQLite, which would follow the umask; narrows one found wider.
    func prepareDatabaseFile() throws(SQLiteStoreError) {
        if let status = try DataDirectory.status(of: databasePath) {
            try DataDirectory.requireOwnership(of: databasePath, status)
            for path in [databasePath, databasePath + "-wal", databasePath + "-shm"] {
                guard let status = try DataDirectory.status(of: path), status.st_mode & 0o077 != 0 else { continue }
                guard chmod(path, 0o600) == 0 else { throw .fileSystem(path: path, code: errno) }
            }
        } else {
            // O_EXCL: the file is new, so no connection of this process can hold a lock on it yet.
            _ = try OpenFile(databasePath, O_RDWR | O_CREAT | O_EXCL)
        }
    }

    private static func trimmed(_ path: String) throws(SQLiteStoreError) -> String {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .missingDirectory(path) }
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    private static func make(_ path: String) throws(SQLiteStoreError) {
        let parent = (path as NSString).deletingLastPathComponent
        let existing = parent.isEmpty ? "." : parent
        if mkdir(path, 0o700) != 0 {
            switch errno {
            case EEXIST: return
            case ENOENT where !parent.isEmpty && parent != path:
                try make(parent)
                guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .fileSystem(path: path, code: errno) }
            case let code: throw .fileSystem(path: path, code: code)
            }
        }
        // The name in the parent must survive a power loss as well as the synced database below it.
        let directory = try OpenFile(existing, O_RDONLY | O_DIRECTORY)
        guard fsync(directory.descriptor) == 0 || errno == EINVAL else {
            throw .fileSystem(path: existing, code: errno)
        }
    }

    private static func status(of path: String) throws(SQLiteStoreError) -> stat? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .fileSystem(path: path, code: errno) }
            return nil
        }
        return status
    }

    private static func requireOwnership(of path: String, _ status: stat) throws(SQLiteStoreError) {
        guard status.st_uid == geteuid() else {
            throw .wrongUser(path: path, owner: userName(status.st_uid))
        }
    }

    private static func userName(_ user: uid_t) -> String {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            guard let space = buffer.baseAddress, getpwuid_r(user, &record, space, buffer.count, &found) == 0,
                let name = found?.pointee.pw_name
            else { return "#\(user)" }
            return String(cString: name)
        }
    }
}
