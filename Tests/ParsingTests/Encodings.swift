/// Base64 with padding.
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = Array(bytes[start..<min(start + 3, bytes.count)])
        let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[$1]) : 0) }
        for digit in 0..<4 {
            text.append(digit <= group.count ? alphabet[bits >> (18 - 6 * digit) & 63] : "=")
        }
    }
    return text
}

/// A form in which every byte but letters and digits may be escaped, and some letters are.
func urlencoded(_ pairs: [(String, String)], using generator: inout SeededGenerator) -> String {
    func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            if byte == 0x20, Bool.random(using: &generator) { return "+" }
            let isPlain = 0x61 <= byte && byte <= 0x7A || 0x30 <= byte && byte <= 0x39
            if isPlain, UInt8.random(in: 0..<8, using: &generator) > 0 { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: Bool.random(using: &generator))
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
    return pairs.map { "\(encoded($0))=\(encoded($1))" }.joined(separator: "&")
}

/// An object in which any character may be written as itself, where that is legal, or as an escape.
func json(_ members: [(String, String)], using generator: inout SeededGenerator) -> String {
    func encoded(_ text: String) -> String {
        let characters = text.unicodeScalars.map { scalar in
            let mustEscape = scalar == "\"" || scalar == "\\"
            guard mustEscape || UInt8.random(in: 0..<4, using: &generator) == 0 else { return String(scalar) }
            if mustEscape, Bool.random(using: &generator) { return "\\\(scalar)" }
            return String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16, uppercase: Bool.random(using: &generator))
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        }
        return "\"\(characters.joined())\""
    }
    return "{\(members.map { "\(encoded($0)) : \(encoded($1))" }.joined(separator: ",\n"))}"
}
