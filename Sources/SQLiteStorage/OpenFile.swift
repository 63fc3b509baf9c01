import Foundation

/// A file descriptor that closes when it goes away and that no child process inherits.
final class OpenFile: Sendable {
    let descriptor: CInt
    private let path: String

    init(_ path: String, _ flags: CInt) throws(SQLiteStoreError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .fileSystem(path: path, code: errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Applies flock(2). False when another open file holds the lock and `operation` does not wait.
    func lock(_ operation: CInt) throws(SQLiteStoreError) -> Bool {
        while flock(descriptor, operation) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            case let code: throw .fileSystem(path: path, code: code)
            }
        }
        return true
    }

    func replaceContents(with text: String) throws(SQLiteStoreError) {
        let bytes = Array(text.utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw .fileSystem(path: path, code: errno)
        }
    }

    /// The first `limit` bytes as text; files of /proc tell no size beforehand.
    func text(limit: Int) -> String {
        var bytes = [UInt8](repeating: 0, count: limit)
        var end = 0
        while end < limit {
            let count = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: end), limit - end)
            }
            guard count > 0 else { break }
            end += count
        }
        return String(decoding: bytes.prefix(end), as: UTF8.self)
    }
}
