import Parsing
import Testing

struct RoundTripTests {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `any text comes out of every encoding as it went in`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pairs = [
            ("email", generator.text(upTo: 40)), ("other-\(generator.text(upTo: 5))", generator.text(upTo: 20)),
            ("password", generator.text(upTo: 40)),
        ].shuffled(using: &generator)
        let bodies = [
            (multipart(pairs), multipartType),
            (urlencoded(pairs, using: &generator), urlencodedType),
            (json(pairs, using: &generator), jsonType),
        ]
        for (body, type) in bodies {
            let fields = try fields(body, type)
            for (name, value) in pairs where !name.hasPrefix("other") {
                #expect(fields[name].map { Array($0.utf8) } == Array(value.utf8), "\(body)")
            }
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `any credentials come out of Basic as they went in`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let userID = generator.text(upTo: 20).filter { $0 != ":" }.unicodeScalars.filter { $0 != ":" }
        let password = generator.text(upTo: 20)
        let pair = Array("\(String(String.UnicodeScalarView(userID))):\(password)".utf8)
        let credentials = try BasicCredentials(authorization: "Basic \(base64(pair))")
        #expect(Array(credentials.userID.utf8) + [0x3A] + Array(credentials.password.utf8) == pair)
        #expect(!credentials.userID.unicodeScalars.contains(":"))
    }

    /// Browsers write a quote as `%22`; RFC 9110's pairs are the other way. A backslash before the closing quote has
    /// two readings, so it is always written as a pair here.
    private func multipart(_ pairs: [(String, String)]) -> String {
        pairs.map { name, value in
            let quoted = name.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
            return "--XX\r\n\(part(quoted, value))\r\n"
        }.joined() + "--XX--\r\n"
    }
}
