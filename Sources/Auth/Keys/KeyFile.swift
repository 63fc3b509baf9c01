import Foundation

/// The one file that holds every key: made once, readable by its owner alone, never overwritten.
package enum KeyFile {
    private static let byteLimit = 64 * 1024

    /// Makes a file of fresh keys, mode 0600; it and its name are on the disk when this returns. Throws
    /// `.alreadyThere`, and changes nothing, when there is anything at `path`.
    package static func create(at path: String) throws(KeyFileError) {
        do {
            try write(KeyFileContent.random().json(), to: path)
        } catch {
            throw error.code == EEXIST
                ? .alreadyThere(path: path) : .failed(path: path, action: "made", reason: error.description)
        }
    }

    /// Reads the keys. Throws unless the file is a regular one, closed to group and others, and whole.
    package static func load(at path: String) throws(KeyFileError) -> KeyRing {
        let (status, bytes) = try contents(path)
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        guard status.st_mode & 0o077 == 0 else { throw .tooOpen(path: path, mode: UInt32(status.st_mode & 0o7777)) }
        guard bytes.count <= byteLimit else { throw .malformed(path: path, reason: "is over 64 KiB") }
        return try KeyFileContent.parse(bytes, path: path).keyRing(path: path)
    }

    /// Writes under another name and then links: a crash leaves the whole file or none, and `link` never replaces, so
    /// of two that start at once one makes the keys of both.
    private static func write(_ bytes: Data, to path: String) throws(SystemCallError) {
        let draft = "\(path).\(UInt64.random(in: .min ... .max))"
        let descriptor = try SystemCallError.check { open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        defer {
            close(descriptor)
            unlink(draft)
        }
        // The process's file mode mask may have taken more away.
        try SystemCallError.check { fchmod(descriptor, 0o600) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = try SystemCallError.check {
                rest.withUnsafeBytes { Int32(Foundation.write(descriptor, $0.baseAddress, $0.count)) }
            }
            rest = rest.dropFirst(Int(written))
        }
        try SystemCallError.check { fsync(descriptor) }
        try SystemCallError.check { link(draft, path) }
        try synchronise(directory: (path as NSString).deletingLastPathComponent)
    }

    private static func synchronise(directory: String) throws(SystemCallError) {
        let descriptor = try SystemCallError.check { open(directory.isEmpty ? "." : directory, O_RDONLY | O_CLOEXEC) }
        defer { close(descriptor) }
        try SystemCallError.check { fsync(descriptor) }
    }

    private static func contents(_ path: String) throws(KeyFileError) -> (stat, Data) {
        do {
            return try read(path)
        } catch {
            throw error.code == ENOENT
                ? .missing(path: path) : .failed(path: path, action: "read", reason: error.description)
        }
    }

    /// What `fstat` says of the file and, if it is a regular one, its bytes up to one over the limit.
    private static func read(_ path: String) throws(SystemCallError) -> (stat, Data) {
        // Without O_NONBLOCK, opening a pipe would wait for its writer.
        let descriptor = try SystemCallError.check { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        defer { close(descriptor) }
        var status = stat()
        try SystemCallError.check { fstat(descriptor, &status) }
        guard status.st_mode & S_IFMT == S_IFREG else { return (status, Data()) }
        var bytes = Data()
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= byteLimit {
            let count = try SystemCallError.check { Int32(Foundation.read(descriptor, &chunk, chunk.count)) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(Int(count)))
        }
        return (status, bytes)
    }
}

/// What the system said when a call failed.
private struct SystemCallError: Error, CustomStringConvertible {
    let code: Int32

    var description: String { String(cString: strerror(code)) }

    /// The result of `call`, made again when a signal cut in; throws when it is negative.
    @discardableResult
    static func check(_ call: () -> Int32) throws(SystemCallError) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw SystemCallError(code: errno) }
        }
    }
}
