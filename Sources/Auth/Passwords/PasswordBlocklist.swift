import Foundation

/// Passwords an operator forbids, compared without regard to case and after normalising.
package struct PasswordBlocklist: Sendable {
    private let entries: Set<String>

    /// Forbids nothing.
    package static let empty = PasswordBlocklist(lines: [String]())

    /// One password a line; empty lines and the carriage returns of CRLF are left out.
    package init(lines: some Sequence<some StringProtocol>) {
        entries = Set(
            lines.lazy.map { PasswordBlocklist.fold($0.hasSuffix("\r") ? String($0.dropLast()) : String($0)) }
                .filter { !$0.isEmpty }
        )
    }

    /// Reads a file of one password a line.
    package init(path: String) throws(Unreadable) {
        guard let data = FileManager.default.contents(atPath: path) else { throw Unreadable(path: path) }
        self.init(lines: data.split(separator: UInt8(ascii: "\n")).lazy.map { String(decoding: $0, as: UTF8.self) })
    }

    package var count: Int { entries.count }

    func contains(_ password: Password) -> Bool {
        guard !entries.isEmpty else { return false }
        return entries.contains(PasswordBlocklist.fold(password.text))
    }

    private static func fold(_ text: String) -> String {
        Password.normalise(text).lowercased()
    }

    /// The file is missing, or not readable for this user, or no file.
    package struct Unreadable: Error, Equatable, CustomStringConvertible {
        package let path: String

        package var description: String {
            "The blocklist \(path) cannot be read; check the path and that this user may read it, or unset the setting."
        }
    }
}
