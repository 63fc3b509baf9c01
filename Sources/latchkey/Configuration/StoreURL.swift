/// The address of a PostgreSQL database. It may hold a password, so it shows itself without.
struct StoreURL: Equatable, Sendable {
    /// As libpq reads it (PostgreSQL documentation, 34.1.1.2).
    let text: String

    /// Nil unless the scheme is PostgreSQL's; the rest is libpq's to judge.
    init?(_ text: String) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://"),
            text.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else { return nil }
        self.text = text
    }

    /// Whether a password is in it, in either of the two places that libpq takes one from.
    var hasPassword: Bool {
        user.contains(":")
            || query.split(separator: "&").contains { $0.hasPrefix("password=") || $0.hasPrefix("sslpassword=") }
    }

    private var rest: Substring { text.drop { $0 != "/" }.dropFirst(2) }

    private var authority: Substring { rest.prefix { $0 != "/" && $0 != "?" } }

    private var user: Substring { authority.lastIndex(of: "@").map { authority[..<$0] } ?? "" }

    private var query: Substring { rest.drop { $0 != "?" }.dropFirst() }
}

extension StoreURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Scheme, user, hosts and database; of what follows a question mark, the names alone.
    var description: String {
        let hosts = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let name = user.prefix { $0 != ":" }
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        let names = query.split(separator: "&").map { $0.prefix { $0 != "=" } + "=…" }.joined(separator: "&")
        return "postgres://" + (name.isEmpty ? "" : name + "@") + hosts + path + (names.isEmpty ? "" : "?" + names)
    }

    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
