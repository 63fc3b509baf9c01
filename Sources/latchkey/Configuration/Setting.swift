/// One row of the table of settings: where a value comes from, what it may be and what it means.
struct Setting: Sendable {
    /// `server.base-path`, also its path in the configuration file.
    let key: String
    /// `--port`, for those few that a command line takes.
    let flag: String?
    /// One line.
    let meaning: String
    /// A secret's value is shown nowhere, and may come from a file that `…_FILE` names.
    var isSecret = false
    /// Completes "allowed is …".
    let allowed: String
    /// Sets the value that the text spells; false when it spells none.
    let read: @Sendable (String, inout Settings) -> Bool
    let show: @Sendable (Settings) -> String

    init<Value>(
        _ key: String,
        flag: String? = nil,
        _ path: any WritableKeyPath<Settings, Value> & Sendable,
        _ format: SettingFormat<Value>,
        _ meaning: String
    ) {
        self.key = key
        self.flag = flag
        self.meaning = meaning
        allowed = format.allowed
        read = { text, settings in
            guard let value = format.parse(text) else { return false }
            settings[keyPath: path] = value
            return true
        }
        show = { format.show($0[keyPath: path]) }
    }

    /// For a value that need not be set. `word` is shown then and, unless it only describes that, may be given too.
    init<Value>(
        _ key: String,
        flag: String? = nil,
        _ path: any WritableKeyPath<Settings, Value?> & Sendable,
        _ format: SettingFormat<Value>,
        or word: String,
        isDescription: Bool = false,
        isSecret: Bool = false,
        _ meaning: String
    ) {
        self.key = key
        self.flag = flag
        self.isSecret = isSecret
        self.meaning = meaning
        allowed = format.allowed + (isDescription ? "" : ", or \(word)")
        read = { text, settings in
            if text == word, !isDescription {
                settings[keyPath: path] = nil
                return true
            }
            guard let value = format.parse(text) else { return false }
            settings[keyPath: path] = value
            return true
        }
        show = { $0[keyPath: path].map(format.show) ?? word }
    }

    static let environmentPrefix = "LATCHKEY_"

    /// `LATCHKEY_SERVER_BASE_PATH`.
    var environment: String {
        Setting.environmentPrefix + key.uppercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }

    /// `LATCHKEY_STORE_URL_FILE`; nil for a setting that is no secret.
    var fileEnvironment: String? { isSecret ? environment + "_FILE" : nil }

    var byDefault: String { show(Settings()) }
}
