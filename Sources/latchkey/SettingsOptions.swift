import ArgumentParser
import Foundation

/// `--data`, `--store` and `--config`, for every command that works on data.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp("The data directory. (default: latchkey-data)", valueName: "directory"),
        completion: .directory
    )
    var data: String?

    @Option(
        name: .customLong("store"),
        help: ArgumentHelp(
            "A PostgreSQL database, without a password. (default: SQLite in the data directory)",
            valueName: "url"
        )
    )
    var store: String?

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("A JSON file with settings.", valueName: "file"),
        completion: .file(extensions: ["json"])
    )
    var configurationFile: String?

    /// Reads all settings; `flags` are those of the command itself, by key.
    func read(flags: [String: String] = [:]) async throws(SettingsError) -> ReadSettings {
        var reader = SettingsReader(
            flags: flags,
            environment: ProcessInfo.processInfo.environment,
            configurationFile: configurationFile
        )
        if let store { reader.flags["store.url"] = store }
        if let data { reader.flags["data.directory"] = data }
        return try await reader.read()
    }
}
