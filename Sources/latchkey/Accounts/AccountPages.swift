import Auth

/// Every account in the order of e-mail addresses, a page in memory at a time.
struct AccountPages {
    let store: any AuthStore

    var size = 1000

    func forEach(_ visit: ([Account]) throws -> Void) async throws {
        var last: String?
        repeat {
            let page = try await store.accounts(afterKey: last, limit: size)
            try visit(page)
            last = page.count < size ? nil : page.last?.email.key
        } while last != nil
    }

    /// Prints an array of what `json` gives, or a header and rows; what gives nil is left out.
    func print(
        as output: OutputFormat,
        json: (Account) -> JSONText?,
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
                for object in page.compactMap(json) {
                    text += "\(separator)\n\(object)"
                    separator = ","
                }
                try StandardStream.output.write(text)
            }
            try StandardStream.output.write(separator == "[" ? "[]\n" : "\n]\n")
        }
    }
}
