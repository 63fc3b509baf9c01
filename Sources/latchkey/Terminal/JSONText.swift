/// A JSON value whose members keep the order they were given in, rendered on one line.
enum JSONText: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case text(String)
    case list([JSONText])
    case object([Member])

    struct Member: Equatable, Sendable {
        let name: String
        let value: JSONText
    }

    static func object(_ members: KeyValuePairs<String, JSONText>) -> JSONText {
        .object(members.map { Member(name: $0.key, value: $0.value) })
    }

    static func optional(_ text: String?) -> JSONText { text.map { .text($0) } ?? .null }

    var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }
}

extension JSONText: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): String(value)
        case .text(let value): quoted(value)
        case .list(let items): "[" + items.map(\.description).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(quoted($0.name)):\($0.value)" }.joined(separator: ",") + "}"
        }
    }
}
