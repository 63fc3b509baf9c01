import Foundation

/// The keys that stand more than once in an object, which JSON's decoder resolves without a word (RFC 8259 section 4).
struct RepeatedKeys {
    /// With those of the objects around them, joined by dots.
    private(set) var keys: [String] = []

    /// `json` is what a decoder has already taken: a text followed by a colon is a key, and nothing else is.
    init(in json: Data) {
        var open: [(path: String, seen: Set<String>)] = []
        var last = ""
        var rest = json[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): open.append((last, []))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
            case UInt8(ascii: "\""):
                let text = RepeatedKeys.text(&rest)
                guard rest.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: ":"), !open.isEmpty else {
                    break
                }
                let around = open[open.count - 1].path
                last = around.isEmpty ? text : "\(around).\(text)"
                if !open[open.count - 1].seen.insert(text).inserted { keys.append(last) }
            default: break
            }
        }
    }

    /// Takes a text whose opening quote is gone up to its closing one.
    private static func text(_ rest: inout Data) -> String {
        var literal = Data([UInt8(ascii: "\"")])
        while let byte = rest.popFirst() {
            literal.append(byte)
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() { literal.append(escaped) }
        }
        return (try? JSONDecoder().decode(String.self, from: literal)) ?? String(decoding: literal, as: UTF8.self)
    }
}
