import Foundation
import Parsing

/// What is read of a JSON body, another reader reads too; the other one need not refuse all that ours does.
enum JSONProperty {
    static func check(_ input: [UInt8]) throws(PropertyViolation) {
        try FormText.requireRoundTrip(input, as: .json, encode: encoded)
        guard let fields = try? FormFields(input, as: .json, names: FormText.names) else { return }
        try FormText.requirePlain(fields, bodyCount: input.count)
        try require(depth(of: input) <= 32, "arrays and objects lie in each other at most 32 deep")
        guard let object = try? JSONSerialization.jsonObject(with: Data(input)) as? [String: Any] else {
            throw PropertyViolation(description: "what is read is an object to Foundation")
        }
        for name in FormText.names {
            try require(
                fields[name].map { Array($0.utf8) } == (object[name] as? String).map { Array($0.utf8) },
                "\(name) is what Foundation reads"
            )
            try require(object[name] == nil || object[name] is String, "\(name) is a string")
        }
    }

    /// How deep brackets and braces lie in each other, strings left out.
    private static func depth(of json: [UInt8]) -> Int {
        var depth = 0
        var deepest = 0
        var isInString = false
        var isEscaped = false
        for byte in json {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = isInString
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "["), UInt8(ascii: "{"): if !isInString { depth += 1 }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): if !isInString { depth -= 1 }
            default: break
            }
            deepest = max(deepest, depth)
        }
        return deepest
    }

    private static func encoded(_ text: [UInt8]) -> [UInt8] {
        Array("{\"email\":\"a\",\"password\":\"".utf8)
            + text.flatMap { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), $0] : [$0] }
            + Array("\"}".utf8)
    }
}
