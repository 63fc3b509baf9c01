/// Collects the fields a caller asked for while a body is read, and refuses what may not be one.
struct WantedFields {
    private(set) var values: [String: String] = [:]
    private let names: [(text: String, bytes: [UInt8])]

    init(_ names: [String]) {
        self.names = names.map { ($0, Array($0.utf8)) }
    }

    /// The caller's spelling of a wanted name. Bytes are compared: `String` would take equivalent spellings for equal.
    func wanted(_ name: [UInt8]) -> String? {
        names.first { $0.bytes == name }?.text
    }

    /// Stores a field if it is wanted, or checks it if it is `_charset_`.
    mutating func add(_ name: [UInt8], _ value: ArraySlice<UInt8>) throws(BodyError) {
        if let name = wanted(name) {
            try set(name, value)
        } else if name[...].spells("_charset_"), !value.spells("utf-8") {
            // RFC 7578 4.6: the form's own word on its charset.
            throw .malformed("The field _charset_ must be utf-8")
        }
    }

    /// Stores a wanted field.
    mutating func set(_ name: String, _ value: ArraySlice<UInt8>) throws(BodyError) {
        guard values[name] == nil else { throw .malformed("The field \(name) appears twice") }
        do throws(TextError) {
            values[name] = try String(plain: value)
        } catch {
            throw switch error {
            case .notUTF8: .malformed("The field \(name) is not valid UTF-8")
            case .controlCharacter: .malformed("The field \(name) has a control character")
            }
        }
    }
}
