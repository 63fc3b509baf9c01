import ArgumentParser
import Auth
import Foundation

/// `latchkey config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the settings and explain them.",
        discussion: """
            A setting comes from a flag, else from the environment, else from the JSON file that --config or \
            LATCHKEY_CONFIG names, else it has its default. These three say the same, where latchkey.json holds \
            {"server": {"port": 8443}}:

              latchkey serve --port 8443
              LATCHKEY_SERVER_PORT=8443 latchkey serve
              latchkey serve --config latchkey.json

            To see what a setting is in the end:

              latchkey config explain
            """,
        subcommands: [Check.self, Explain.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check every setting and the files they name.",
            discussion: """
                Changes nothing. Exits with 1 when a setting is wrong and 2 when a file it names cannot be used; names \
                all that is wrong, not the first alone.

                  latchkey config check --config /etc/latchkey.json
                """
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let check = SettingsCheck(try await options.read().settings)
            let json = JSONText.object([
                "status": .text(check.problems.isEmpty ? "ok" : "failed"),
                "problems": .list(check.problems.map { .text($0) }),
                "warnings": .list(check.warnings.map { .text($0) }),
            ])
            try output.print(json, text: nil)
            check.warnings.forEach { say("Warning: \($0)") }
            guard check.problems.isEmpty else {
                throw CommandFailure(words: check.problems.joined(separator: "\n"))
            }
            say("The settings are good.")
        }
    }

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain",
            abstract: "Show every setting: its value, where that comes from, its default and its meaning.",
            discussion: """
                What differs from the defaults:

                  latchkey config explain --output json \\
                      | jq '.[] | select(.source != "default")'
                """
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let read = try await options.read()
            let explained = Setting.table.map { ExplainedSetting($0, in: read) }
            try output.print(
                .list(explained.map(\.json)),
                text: explained.map(\.text).joined(separator: "\n\n")
            )
        }
    }
}

/// What `config explain` says of one setting.
struct ExplainedSetting {
    let setting: Setting
    let value: String
    let origin: SettingOrigin

    init(_ setting: Setting, in read: ReadSettings) {
        self.setting = setting
        value = setting.show(read.settings)
        origin = read.origin(of: setting)
    }

    var json: JSONText {
        .object([
            "key": .text(setting.key), "value": .text(value), "source": .text("\(origin)"),
            "default": .text(setting.byDefault), "flag": .optional(setting.flag),
            "environment": .text(setting.environment), "allowed": .text(setting.allowed),
            "meaning": .text(setting.meaning),
        ])
    }

    var text: String {
        let source = origin == .byDefault ? "(default)" : "(from \(shown("\(origin)")); default: \(setting.byDefault))"
        let names = ([setting.environment] + [setting.flag].compactMap(\.self)).joined(separator: ", ")
        return """
            \(setting.key) = \(shown(value))  \(source)
                \(setting.meaning)
                \(names): \(setting.allowed)
            """
    }
}
