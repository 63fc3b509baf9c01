import Parsing
import Testing

/// Valid input with a few bytes flipped, cut, doubled or moved: the parsers give a value or an error, and never trap.
struct MutationTests {
    static let bodies: [(String, String)] = [
        (
            multipart(
                part("email", "a@b.c", headers: "Content-Type: text/plain; charset=utf-8\r\n"),
                "Content-Disposition: form-data; name=\"f%22\\\"\"; filename=\"a\"; filename*=utf-8''%C3%A9\r\n\r\n\r\n--X\r\n",
                part("password", "pä", headers: "Content-Transfer-Encoding: 8bit\r\n")
            ), multipartType
        ),
        ("email=a%40b.c&x=%FF&password=p%C3%A4+%2B&_charset_=utf-8", urlencodedType),
        (#"{"email":"a\u0040b.c","x":[1,-2.5e3,{"y":null,"z":[true,false]}],"password":"p\ud83d\ude00ä"}"#, jsonType),
    ]

    @Test(arguments: bodies)
    func `a damaged body is read or refused, and what is read is plain text`(body: String, type: String) throws {
        let original = Array(body.utf8)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3000 {
            let damaged = Self.damaged(original, using: &generator)
            guard let fields = try? fields(damaged, type) else { continue }
            for value in [fields["email"], fields["password"]].compactMap(\.self) {
                #expect(value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
                #expect(value.utf8.count <= damaged.count)
            }
        }
    }

    @Test(arguments: bodies)
    func `a body cut short anywhere never gives both fields but whole`(body: String, type: String) throws {
        let original = Array(body.utf8)
        for end in original.indices {
            guard let fields = try? fields(Array(original[..<end]), type) else { continue }
            #expect(type == urlencodedType || end >= original.count - 2)
            #expect(fields["email"].map { "a@b.c".hasPrefix($0) } ?? true)
        }
    }

    @Test func `a damaged header is read or refused`() {
        let headers = [
            "multipart/form-data; charset=utf-8; boundary=\"a b\\\"\"", "Basic dXPDqXI6cMOk", "Bearer bus|42x42|43x43",
            "$argon2id$v=19$m=19456,t=2,p=1$\(PHCStringTests.salt)$\(PHCStringTests.hash)",
        ]
        var generator = SeededGenerator(seed: 2)
        for header in headers {
            for _ in 0..<2000 {
                let damaged = String(decoding: Self.damaged(Array(header.utf8), using: &generator), as: UTF8.self)
                _ = try? MediaType(contentType: damaged)
                _ = try? BasicCredentials(authorization: damaged)
                if let token = BearerHeader.token(in: damaged) { #expect(damaged.hasSuffix(token)) }
                if let phc = PHCString(damaged) { #expect(phc.memory <= 2_097_152 && phc.text == damaged) }
            }
        }
    }

    private static func damaged(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            guard let index = bytes.indices.randomElement(using: &generator) else { break }
            switch UInt8.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert("\r\n-\"\\%;:=&{}[],".utf8.randomElement(using: &generator) ?? 0, at: index)
            case 4: bytes.insert(contentsOf: bytes[index...].prefix(20), at: index)
            default: bytes.removeSubrange(index..<min(bytes.count, index + 10))
            }
        }
        return bytes
    }
}
