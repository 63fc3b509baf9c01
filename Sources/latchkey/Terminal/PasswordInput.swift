import Auth
import Foundation

/// Reads a password that another program writes to standard input.
enum PasswordInput {
    /// Room for a password at its limit and a line's end, and enough more to tell "too long" from "cut off".
    private static let limit = Password.byteLimit + 4

    /// The same from the file at `path`.
    static func read(file path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(words: "\(shown(path)) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        do throws(PasswordInputError) {
            return try readAll(from: descriptor)
        } catch {
            guard case .unreadable(let reason) = error else { throw error }
            throw CommandFailure(words: "\(shown(path)) cannot be read: \(reason).")
        }
    }

    /// Everything up to the end of `descriptor`, but for one final newline (`\n` or `\r\n`).
    static func readAll(from descriptor: Int32) throws(PasswordInputError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(limit + 1)
        defer { bytes.zero() }
        var chunk = [UInt8](repeating: 0, count: limit)
        defer { chunk.zero() }
        while bytes.count <= limit {
            let count = Foundation.read(descriptor, &chunk, limit)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        var password = bytes[...]
        if password.last == UInt8(ascii: "\n") {
            password.removeLast()
            if password.last == UInt8(ascii: "\r") { password.removeLast() }
        }
        guard password.count <= Password.byteLimit else { throw .tooLong }
        guard !password.isEmpty else { throw .empty }
        guard let text = String(validating: password, as: UTF8.self) else { throw .notUTF8 }
        return text
    }
}

/// Why no password came in.
enum PasswordInputError: Error, Equatable, CustomStringConvertible {
    case empty
    case tooLong
    case notUTF8
    case ended
    case differed
    case noTerminal
    case unreadable(String)

    var description: String {
        switch self {
        case .empty: "The password is empty."
        case .tooLong: "The password is over \(Password.byteLimit) bytes long."
        case .notUTF8: "The password is not UTF-8 text."
        case .ended: "The input ended before a password was given."
        case .differed: "The two passwords were not the same; nothing was changed."
        case .noTerminal:
            "Standard input is no terminal to ask for a password on. Pass the password with --password-stdin, "
                + "or have one made with --generate-password."
        case .unreadable(let reason): "Standard input cannot be read: \(reason)."
        }
    }
}

extension [UInt8] {
    /// Overwrites every byte. Copies that the language made are out of reach.
    mutating func zero() {
        withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            explicit_bzero(start, bytes.count)
        }
    }
}
