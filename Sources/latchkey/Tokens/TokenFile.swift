import Foundation

/// A file that holds one token and nothing else, not even a line's end, and that its owner alone can read.
///
/// Whoever reads it finds a whole token: a new one is written beside it and takes its name in one step.
struct TokenFile: Sendable {
    let path: String

    private static let longestToken = 512

    /// The token in the file; nil when the file is not there or empty. A file with other content is an error, so that a
    /// mistyped path destroys nothing.
    func read() throws(TokenFileError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw TokenFileError(path, errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: TokenFile.longestToken + 2)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw TokenFileError(path, errno) }
        var text = bytes.prefix(count)
        while let last = text.last, last == 0x0A || last == 0x0D { text.removeLast() }
        guard !text.isEmpty else { return nil }
        guard text.count <= TokenFile.longestToken, text.starts(with: Array("bus|".utf8)),
            text.allSatisfy({ 0x21...0x7E ~= $0 })
        else { throw TokenFileError("\(path) holds something that is no token; it is left as it is") }
        return String(decoding: text, as: UTF8.self)
    }

    /// Throws when a token could not be written now. Asked before a sign-in, which ends the token before.
    func checkReplaceable() throws(TokenFileError) {
        let draft = try Draft(beside: path)
        draft.discard()
    }

    /// Puts `token` in the file, durably and in one step.
    func replace(with token: String) throws(TokenFileError) {
        try TokenFile.put(token, at: path)
    }

    private static func put(_ text: String, at path: String) throws(TokenFileError) {
        let draft = try Draft(beside: path)
        do throws(TokenFileError) {
            try draft.write(text)
            try draft.take(path)
        } catch {
            draft.discard()
            throw error
        }
    }
}

/// The mark: an empty file beside the token's, from before a change of it until the command of --on-change has succeeded.
/// Whatever ends the program between, a loss of power too, the next start finds it.
extension TokenFile {
    private var markPath: String { path + ".on-change" }

    var isMarked: Bool { (try? hasMark()) == true }

    /// Throws when a mark could not be made now. Asked before a sign-in, like ``checkReplaceable()``.
    func checkMarkable() throws(TokenFileError) {
        _ = try hasMark()
        let draft = try Draft(beside: markPath)
        draft.discard()
    }

    func mark() throws(TokenFileError) {
        _ = try hasMark()
        try TokenFile.put("", at: markPath)
    }

    /// Not made durable: the command may run once too often.
    func unmark() throws(TokenFileError) {
        guard try hasMark() else { return }
        guard unlink(markPath) == 0 || errno == ENOENT else { throw TokenFileError(markPath, errno) }
    }

    /// Throws when something else has the mark's name, somebody's script perhaps: it is left as it is.
    private func hasMark() throws(TokenFileError) -> Bool {
        var found = stat()
        guard lstat(markPath, &found) == 0 else {
            if errno == ENOENT { return false }
            throw TokenFileError(markPath, errno)
        }
        guard found.st_mode & S_IFMT == S_IFREG, found.st_size == 0 else {
            throw TokenFileError(
                "\(markPath) is in the way of --on-change, which keeps an empty file there; it is left as it is"
            )
        }
        return true
    }
}

/// A new file of mode 0600 in the folder of the one that it shall replace.
private struct Draft {
    private let path: String
    private let folder: String
    private let descriptor: Int32

    init(beside target: String) throws(TokenFileError) {
        let parts = target.split(separator: "/", omittingEmptySubsequences: false)
        let name = parts.last.map(String.init) ?? ""
        var isFolder = stat()
        if name.isEmpty || stat(target, &isFolder) == 0 && isFolder.st_mode & S_IFMT == S_IFDIR {
            throw TokenFileError(target, EISDIR)
        }
        // Always as long: where one draft fits, the next does.
        let number = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
        folder = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
        path = folder + (parts.count == 1 ? "/" : "") + ".\(name).\(number)"
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TokenFileError(target, errno) }
        // Room on the disk, too, while there is still an older token.
        let code = posix_fallocate(descriptor, 0, 1024)
        guard code == 0 || code == EOPNOTSUPP || code == EINVAL else {
            discard()
            throw TokenFileError(target, code)
        }
    }

    func write(_ text: String) throws(TokenFileError) {
        var rest = Array(text.utf8)[...]
        guard ftruncate(descriptor, 0) == 0 else { throw TokenFileError(path, errno) }
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw TokenFileError(path, errno) }
            rest = rest.dropFirst(written)
        }
        guard fsync(descriptor) == 0 else { throw TokenFileError(path, errno) }
    }

    func take(_ target: String) throws(TokenFileError) {
        guard rename(path, target) == 0 else { throw TokenFileError(target, errno) }
        close(descriptor)
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw TokenFileError(folder, errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw TokenFileError(folder, errno) }
    }

    func discard() {
        unlink(path)
        close(descriptor)
    }
}

/// A token file that cannot be read or replaced.
struct TokenFileError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ words: String) {
        description = words + "."
    }

    init(_ path: String, _ code: Int32) {
        self.init("\(path): \(String(cString: strerror(code)))")
    }
}
