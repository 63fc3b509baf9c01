import Parsing

/// What holds of the fields of a form, whatever its type.
enum FormText {
    static let names = ["email", "password"]

    /// Whether UTF-8 is strict and without control characters, said by Unicode's own tables.
    static func isPlain(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    static func requirePlain(_ fields: FormFields, bodyCount: Int) throws(PropertyViolation) {
        for name in names {
            guard let value = fields[name] else { continue }
            try require(isPlain(Array(value.utf8)), "\(name) is plain text")
            try require(value.utf8.count <= bodyCount, "\(name) is no longer than its body")
        }
    }

    /// Whether two outcomes are the same: both refused, or the same bytes in the same fields.
    static func areEqual(_ first: FormFields?, _ second: FormFields?) -> Bool {
        guard let first, let second else { return first == nil && second == nil }
        return names.allSatisfy { first[$0].map { Array($0.utf8) } == second[$0].map { Array($0.utf8) } }
    }

    /// A plain text comes out of a form as it went in.
    static func requireRoundTrip(
        _ text: [UInt8],
        as type: MediaType,
        encode: ([UInt8]) -> [UInt8]
    ) throws(PropertyViolation) {
        guard isPlain(text) else { return }
        let fields = try? FormFields(encode(text), as: type, names: names)
        try require(
            fields?["password"].map { Array($0.utf8) } == text,
            "a plain text comes out of a form as it went in"
        )
    }
}
