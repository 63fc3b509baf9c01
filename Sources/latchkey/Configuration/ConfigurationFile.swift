import Foundation

/// The settings of a JSON file as flat text: `{"server": {"port": 8080}}` and `{"server.port": "8080"}` are the same.
struct ConfigurationFile {
    let path: String
    /// By key, unknown ones included.
    let values: [String: String]

    private static let sizeLimit = 1_048_576

    init(path: String) throws(SettingsError) {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            data = try handle.read(upToCount: ConfigurationFile.sizeLimit + 1) ?? Data()
        } catch {
            throw SettingsError("The configuration file \(shown(path)) cannot be read: \(reason(of: error)).")
        }
        guard data.count <= ConfigurationFile.sizeLimit else {
            throw SettingsError("The configuration file \(shown(path)) is over 1 MiB; that is no configuration.")
        }
        try self.init(path: path, data: data)
    }

    init(path: String, data: Data) throws(SettingsError) {
        let tree: JSONTree
        do {
            tree = try JSONDecoder().decode(JSONTree.self, from: data)
        } catch {
            throw SettingsError("The configuration file \(shown(path)) is not JSON: \(ConfigurationFile.fault(error)).")
        }
        guard case .object(let members) = tree else {
            throw SettingsError("The configuration file \(shown(path)) must hold one JSON object.")
        }
        var values: [String: String] = [:]
        var problems = RepeatedKeys(in: data).keys.map { "\(shown($0)) is there twice" }
        ConfigurationFile.flatten(members, below: "", into: &values, problems: &problems)
        guard problems.isEmpty else {
            throw SettingsError(problems: problems.sorted().map { "\($0) (in \(shown(path)))" })
        }
        self.path = path
        self.values = values
    }

    private static func flatten(
        _ members: [String: JSONTree],
        below prefix: String,
        into values: inout [String: String],
        problems: inout [String]
    ) {
        for (name, tree) in members {
            let key = prefix.isEmpty ? name : "\(prefix).\(name)"
            let text: String
            switch tree {
            case .object(let members):
                flatten(members, below: key, into: &values, problems: &problems)
                continue
            case .text(let value): text = value
            case .list(let items): text = items.joined(separator: ",")
            case .unfit(let what):
                problems.append("\(shown(key)) is \(what), which is no setting's value; leave the key out to unset it")
                continue
            }
            if values.updateValue(text, forKey: key) != nil {
                problems.append("\(shown(key)) is there twice, nested and with dots")
            }
        }
    }

    /// Where the JSON stops being JSON, without the decoder's own wrapping.
    private static func fault(_ error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error else {
            return "its values are not those of a setting"
        }
        let underlying = context.underlyingError.map { ($0 as NSError).userInfo["NSDebugDescription"] as? String }
        return shown((underlying ?? nil) ?? context.debugDescription).trimmingCharacters(in: ["."])
    }
}

/// JSON as far as a configuration needs it.
private indirect enum JSONTree: Decodable {
    case text(String)
    case list([String])
    case object([String: JSONTree])
    /// Null or a nested list.
    case unfit(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .unfit("null")
        } else if let flag = try? container.decode(Bool.self) {
            self = .text(String(flag))
        } else if let number = try? container.decode(Int64.self) {
            self = .text(String(number))
        } else if let number = try? container.decode(Double.self) {
            self = .text(String(number))
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([String].self) {
            self = .list(list)
        } else if let members = try? container.decode([String: JSONTree].self) {
            self = .object(members)
        } else {
            self = .unfit("a list of something else than texts")
        }
    }
}
