import ArgumentParser
import Auth
import SQLiteStorage

#if PostgreSQL
    import PostgresStorage
#endif

/// `latchkey copy`.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Move an installation from SQLite to PostgreSQL.",
        discussion: """
            Every token and password stays good, for the nodes use the same key file. Stop the server first; then all is \
            copied in one transaction, or nothing. The database must have its schema and no account. The SQLite data stay \
            as they are: start no server on them again, whose tokens would be yesterday's.

              latchkey migrate up --store postgres://latchkey@db.example.com/latchkey
              latchkey copy --from sqlite:latchkey-data --to postgres://latchkey@db.example.com/latchkey
            """
    )

    @Option(
        help: ArgumentHelp("The data directory to copy from, after sqlite: in front.", valueName: "place"),
        completion: .directory
    )
    var from: String

    @Option(help: ArgumentHelp("The PostgreSQL database, without a password. (default: store.url)", valueName: "url"))
    var to: String?

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard from.hasPrefix("sqlite:"), from.count > "sqlite:".count else {
            throw CommandFailure(.usage, words: "--from is sqlite: and a data directory, such as sqlite:latchkey-data.")
        }
        // `--to` is another name of `--store` here, so that the same rules hold for it.
        var settings = try await options.read(flags: to.map { ["store.url": $0] } ?? [:]).settings
        guard let target = settings.store else {
            throw CommandFailure(.usage, words: "Say where to with --to postgres://…, or set store.url.")
        }
        settings.store = nil
        settings.dataDirectory = String(from.dropFirst("sqlite:".count))
        let directory = try DataDirectory.open(settings.dataDirectory)
        let lock = try StoreLock(directory)
        defer { withExtendedLifetime(lock) {} }
        let deployment = try await Deployment.open(settings, .existing)
        try await deployment.requireOwnKeys()
        try await copy(deployment, to: target)
    }

    #if PostgreSQL
        private func copy(_ deployment: Deployment, to target: StoreURL) async throws {
            guard let store = deployment.store as? SQLiteStore else { return }
            let address = target.text
            let outcome: Result<[PostgresImport.Count], any Error> = try await store.export { source in
                Result {
                    let tables = try source.tables().map { (name: $0, columns: try source.columns(of: $0)) }
                    return try PostgresImport(address).run(tables) { table, row in
                        try source.forEachRow(of: table) { values in try row(values.map(PostgresImport.Value.init)) }
                    }
                }
            }
            let counts = try outcome.get()
            try output.print(
                .object(["copied": .object(counts.map { .init(name: $0.table, value: .number(Int64($0.rows))) })]),
                text: counts.map { "\($0.table)  \($0.rows)" }.joined(separator: "\n")
            )
            say(
                """
                All is copied. Give every node the key file \(shown(deployment.keysPath)), and start no server on \
                \(shown(deployment.settings.dataDirectory)) again.
                """
            )
        }
    #else
        private func copy(_ deployment: Deployment, to target: StoreURL) async throws {
            throw Deployment.withoutPostgres
        }
    #endif
}

#if PostgreSQL
    extension PostgresImport.Value {
        fileprivate init(_ value: SQLiteExport.Value) {
            switch value {
            case .null: self = .null
            case .integer(let number): self = .integer(number)
            case .text(let text): self = .text(text)
            case .bytes(let bytes): self = .bytes(bytes)
            }
        }
    }
#endif
