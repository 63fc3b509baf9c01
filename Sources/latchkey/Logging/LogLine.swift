import Auth
import Logging

/// One line of the log. Nothing in a message or its metadata can end the line or pass for another field.
struct LogLine {
    let at: Timestamp
    let level: Logger.Level
    let message: String
    let metadata: [(key: String, value: Logger.MetadataValue)]

    func text(_ format: LogFormat) -> String {
        switch format {
        case .text: logfmt
        case .json: json
        }
    }

    /// `2026-11-22T13:00:00.000Z info     message key=value`.
    private var logfmt: String {
        let name = level.rawValue
        // A message with an equals sign in it would read as a field.
        let plain =
            !message.isEmpty && !message.utf8.contains { "=\"\\".utf8.contains($0) } && shown(message) == message
        var line = "\(at) \(name)\(String(repeating: " ", count: max(0, 9 - name.utf8.count)))"
        line += plain ? message : quoted(message)
        for (key, value) in metadata {
            line += " \(LogLine.name(key))=\(LogLine.word(value))"
        }
        return line + "\n"
    }

    private var json: String {
        var members: [JSONText.Member] = [
            .init(name: "at", value: .text("\(at)")), .init(name: "level", value: .text(level.rawValue)),
            .init(name: "message", value: .text(message)),
        ]
        // A later member of the same name would win with most readers.
        for (key, value) in metadata {
            let isTaken = members.contains { $0.name == key }
            members.append(.init(name: isTaken ? "_\(key)" : key, value: LogLine.json(value)))
        }
        return JSONText.object(members).description + "\n"
    }

    private static func name(_ key: String) -> String {
        String(key.unicodeScalars.map { 0x21...0x7E ~= $0.value && $0 != "=" && $0 != "\"" ? Character($0) : "_" })
    }

    private static func word(_ value: Logger.MetadataValue) -> String {
        let text =
            switch value {
            case .string(let text): text
            case .stringConvertible(let value): value.description
            case .array, .dictionary: json(value).description
            }
        let plain = !text.isEmpty && text.utf8.allSatisfy { 0x21...0x7E ~= $0 && !"=\"\\".utf8.contains($0) }
        return plain ? text : quoted(text)
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONText {
        switch value {
        case .string(let text): .text(text)
        case .stringConvertible(let value): .text(value.description)
        case .array(let items): .list(items.map(json))
        case .dictionary(let members):
            .object(members.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: json($0.value)) })
        }
    }
}
