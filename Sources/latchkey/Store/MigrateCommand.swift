import ArgumentParser
import Auth
import Crypto
import Foundation
import SQLiteStorage

/// `latchkey migrate`.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the store's schema up to this version.",
        discussion: """
            A PostgreSQL database is never migrated by a server that starts: run this once, with the new version, before the \
            nodes are replaced one by one. For a new database it makes the key file as well, which every node needs a copy \
            of. SQLite needs no such step; the command is there to look.

              latchkey migrate status --store postgres://latchkey@db.example.com/latchkey
              latchkey migrate up --store postgres://latchkey@db.example.com/latchkey
            """,
        subcommands: [Status.self, Plan.self, Up.self]
    )

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show which migrations the store has and which it lacks.",
            discussion: """
                Exits with 2 when any is lacking.

                  latchkey migrate status && systemctl restart latchkey
                """
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let schema = try StoreSchema(of: try await options.read().settings)
            let state = try schema.state()
            let lines =
                state.applied.map { "\(shown($0))  applied" } + state.pending.map { "\(shown($0))  pending" }
            try output.print(
                .object([
                    "applied": .list(state.applied.map { .text($0) }),
                    "pending": .list(state.pending.map { .text($0) }),
                    "usable": .bool(state.pending.isEmpty && state.isReadable),
                ]),
                text: lines.joined(separator: "\n")
            )
            guard state.isReadable else {
                throw CommandFailure(words: "A newer version of latchkey has changed this schema; run that version.")
            }
            guard state.pending.isEmpty else { throw CommandFailure(words: "Run `latchkey migrate up`.") }
        }
    }

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan",
            abstract: "Print the SQL that `up` would run, and run nothing.",
            discussion: "  latchkey migrate plan --store postgres://latchkey@db.example.com/latchkey"
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let steps = try StoreSchema(of: try await options.read().settings).plan()
            try output.print(
                .list(steps.map { .object(["name": .text($0.name), "sql": .text($0.sql)]) }),
                text: steps.isEmpty ? nil : steps.map { "-- \($0.name)\n\($0.sql);" }.joined(separator: "\n\n")
            )
            if steps.isEmpty { say("The schema is that of this version.") }
        }
    }

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "up",
            abstract: "Apply what the store lacks.",
            discussion: """
                Two of these at once do no harm: the second waits for the first, ten minutes at most, and finds the work \
                done. In a database with accounts new indexes are made beside the writes, and wait as long for each \
                transaction that began before. Both say so on standard error. Anything else waits two seconds for a table that \
                somebody holds. After a failure the steps before it stay; run it again, which also makes anew an index that \
                was left unfinished.

                  latchkey migrate up --store postgres://latchkey@db.example.com/latchkey
                """
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let settings = try await options.read().settings
            let applied = try StoreSchema(of: settings).up()
            if settings.store != nil { try await makeFirstKeys(settings) }
            try output.print(.object(["applied": .list(applied.map { .text($0) })]), text: nil)
            say(
                applied.isEmpty ? "The schema is that of this version." : "Applied: \(applied.joined(separator: ", "))."
            )
        }

        /// The one place that makes keys for a database that nodes share.
        private func makeFirstKeys(_ settings: Settings) async throws {
            guard !FileManager.default.fileExists(atPath: settings.keysPath) else { return }
            guard try await StoreSchema.isEmpty(settings) else { throw KeyFileError.missing(path: settings.keysPath) }
            if settings.keysFile == nil { _ = try DataDirectory.prepare(settings.dataDirectory) }
            try KeyFile.create(at: settings.keysPath)
            say("Made the key file \(shown(settings.keysPath)). Copy it to every node, and keep it out of backups.")
        }
    }
}
