import Configuration
import Foundation
import Synchronization

/// Settings as read, and where each was found.
struct ReadSettings: Sendable {
    let settings: Settings
    fileprivate let origins: [String: SettingOrigin]

    func origin(of setting: Setting) -> SettingOrigin { origins[setting.key] ?? .byDefault }
}

/// Where a value was found.
enum SettingOrigin: Equatable, Sendable {
    case flag(String)
    case environment(String)
    case file(String)
    case byDefault
}

extension SettingOrigin: CustomStringConvertible {
    var description: String {
        switch self {
        case .flag(let name), .environment(let name): name
        case .file(let path): path
        case .byDefault: "default"
        }
    }
}

/// Reads every setting: flag before environment before file before default.
struct SettingsReader {
    /// By key.
    var flags: [String: String] = [:]
    /// The whole environment; only names that start with `LATCHKEY_` are looked at, and an empty one is unset.
    var environment: [String: String] = [:]
    /// What `--config` says; without it `LATCHKEY_CONFIG` names the file.
    var configurationFile: String?

    /// Names a file, so it cannot be in one: no setting.
    static let fileVariable = Setting.environmentPrefix + "CONFIG"

    func read() async throws(SettingsError) -> ReadSettings {
        var variables = environment.filter { $0.key.hasPrefix(Setting.environmentPrefix) && !$0.value.isEmpty }
        var file: ConfigurationFile?
        if let path = configurationFile ?? variables[SettingsReader.fileVariable] {
            file = try ConfigurationFile(path: path)
        }
        var problems = SettingsReader.unknownNames(variables.keys, file)
        let secretFiles = SettingsReader.readSecretFiles(into: &variables, &problems)

        let finder = ProviderFinder()
        let reader = ConfigReader(
            providers: [
                InMemoryProvider(name: "flag", values: SettingsReader.inMemory(flags)),
                EnvironmentVariablesProvider(
                    environmentVariables: Dictionary(
                        uniqueKeysWithValues: variables.map {
                            (String($0.key.dropFirst(Setting.environmentPrefix.count)), $0.value)
                        }
                    )
                ),
                InMemoryProvider(name: "file", values: SettingsReader.inMemory(file?.values ?? [:])),
            ],
            accessReporter: finder
        )

        var settings = Settings()
        var origins: [String: SettingOrigin] = [:]
        for setting in Setting.table {
            let text: String?
            do {
                text = try await reader.fetchString(forKey: ConfigKey(setting.key))
            } catch {
                problems.append("\(setting.key) cannot be read: \(error).")
                continue
            }
            guard let text else { continue }
            let origin: SettingOrigin =
                switch finder.found {
                case .flag: .flag(setting.flag ?? setting.key)
                case .environment: .environment(secretFiles[setting.environment] ?? setting.environment)
                case .file: .file(file?.path ?? "")
                }
            origins[setting.key] = origin
            if setting.isSecret, case .flag(let flag) = origin, StoreURL(text)?.hasPassword == true {
                problems.append(
                    "\(flag) has a password in it, which every user of this machine can read; give the address in "
                        + "\(setting.environment) or in the file that \(setting.environment)_FILE names."
                )
            }
            if !setting.read(text, &settings) {
                problems.append(
                    "\(setting.key) is \(setting.isSecret ? "of another form" : quoted(text)) (from \(shown("\(origin)"))); allowed is \(setting.allowed)."
                )
            }
        }
        problems += problems.isEmpty ? settings.contradictions : []
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        return ReadSettings(settings: settings, origins: origins)
    }

    /// Puts the contents of each `…_FILE` in its variable's place; gives the names of those it did that for.
    private static func readSecretFiles(
        into variables: inout [String: String],
        _ problems: inout [String]
    ) -> [String: String] {
        var names: [String: String] = [:]
        for setting in Setting.table {
            guard let name = setting.fileEnvironment, let path = variables.removeValue(forKey: name) else { continue }
            guard variables[setting.environment] == nil else {
                problems.append("\(setting.environment) and \(name) are both set; unset one of them.")
                continue
            }
            do {
                let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
                variables[setting.environment] = text.hasSuffix("\n") ? String(text.dropLast()) : text
                names[setting.environment] = name
            } catch {
                problems.append("\(name): \(shown(path)) cannot be read: \(reason(of: error)).")
            }
        }
        return names
    }

    private static func inMemory(_ values: [String: String]) -> [AbsoluteConfigKey: ConfigValue] {
        Dictionary(
            uniqueKeysWithValues: values.map { key, text in
                (AbsoluteConfigKey(ConfigKey(key)), ConfigValue(.string(text), isSecret: false))
            }
        )
    }

    /// A misspelt name would leave its setting at the default without a word, so it is an error.
    private static func unknownNames(_ variables: some Sequence<String>, _ file: ConfigurationFile?) -> [String] {
        let names =
            Setting.table.flatMap { [$0.environment] + [$0.fileEnvironment].compactMap(\.self) } + [fileVariable]
        let strangers = variables.filter { !names.contains($0) }
        var problems = strangers.sorted().map { "\(shown($0)) is no setting." + suggestion(for: $0, among: names) }
        if let file {
            let keys = Setting.table.map(\.key)
            problems += file.values.keys.filter { !keys.contains($0) }.sorted()
                .map { "\(shown($0)) in \(shown(file.path)) is no setting." + suggestion(for: $0, among: keys) }
        }
        return problems
    }

    private static func suggestion(for name: String, among names: [String]) -> String {
        nearestName(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
    }
}

/// Remembers which provider answered last.
private final class ProviderFinder: AccessReporter {
    enum Place {
        case flag, environment, file
    }

    private let place = Mutex(Place.file)

    var found: Place { place.withLock { $0 } }

    func report(_ event: AccessEvent) {
        // The reader stops at the first provider that has a value.
        let asked = event.providerResults.count
        place.withLock { $0 = asked == 1 ? .flag : asked == 2 ? .environment : .file }
    }
}
