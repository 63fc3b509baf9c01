import Auth

/// Accounts in an order, a page in memory at a time.
struct AccountPages {
    let store: any AuthStore
    /// Nil leaves out how sign-ins stand.
    var limiter: AttemptLimiter?

    enum Order {
        /// Every account, by e-mail address.
        case email
        /// Those whose token expires in the seconds after `from`, the next to expire first.
        case expiring(from: Timestamp, within: Int64)
    }

    var order = Order.email
    var size = 1000

    func forEach(_ visit: ([Account]) async throws -> Void) async throws {
        var last: Account?
        repeat {
            let page = try await page(after: last)
            try await visit(page)
            last = page.count < size ? nil : page.last
        } while last != nil
    }

    private func page(after last: Account?) async throws -> [Account] {
        switch order {
        case .email: return try await store.accounts(afterKey: last?.email.key, limit: size)
        case .expiring(let now, let seconds):
            var cursor = ExpiryCursor(expiresAt: now)
            if let last, let token = last.token {
                cursor = ExpiryCursor(expiresAt: token.expiresAt, number: last.id.number)
            }
            let end = now.advanced(bySeconds: seconds)
            return try await store.accounts(expiringAfter: cursor, before: end, limit: size)
        }
    }

    /// Prints an array of what `json` gives, or a header and rows; what gives nil is left out.
    func print(
        as output: OutputFormat,
        json: (Account, SignInState?) -> JSONText?,
        header: String,
        row: (Account) -> String?
    ) async throws {
        switch output {
        case .text:
            try StandardStream.output.write(header + "\n")
            try await forEach { page in
                try StandardStream.output.write(page.compactMap(row).map { $0 + "\n" }.joined())
            }
        case .json:
            var separator = "["
            try await forEach { page in
                var text = ""
                let states = try await limiter?.states(of: page.map(\.email)) ?? []
                let objects = page.enumerated().compactMap { json($1, states.isEmpty ? nil : states[$0]) }
                for object in objects {
                    text += "\(separator)\n\(object)"
                    separator = ","
                }
                try StandardStream.output.write(text)
            }
            try StandardStream.output.write(separator == "[" ? "[]\n" : "\n]\n")
        }
    }
}
