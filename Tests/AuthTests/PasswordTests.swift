import Testing

@testable import Auth

struct PasswordTests {
    @Test func `composed and decomposed letters are the same password`() throws {
        #expect(try Password("cafe\u{301}").text.utf8.elementsEqual("caf\u{E9}".utf8))
        #expect(try Password("\u{1112}\u{1161}\u{11AB}").text.utf8.elementsEqual("\u{D55C}".utf8))
        #expect(try Password("\u{212B}").text.utf8.elementsEqual("\u{C5}".utf8))
    }

    @Test(arguments: ["\u{A0}", "\u{1680}", "\u{2000}", "\u{2003}", "\u{2009}", "\u{202F}", "\u{205F}", "\u{3000}"])
    func `every space beyond ASCII is a space`(space: String) throws {
        #expect(try Password("a\(space)b").text.utf8.elementsEqual("a b".utf8))
    }

    @Test(arguments: ["Ａ", "ﬁ", "²", "ß", "I", "i", "\u{200B}", " a ", "a\tb", "a\u{0}b", "", "日本語", "👩‍👩‍👧‍👦"])
    func `case, width, ligatures and all else are kept`(text: String) throws {
        #expect(try Password(text).text.utf8.elementsEqual(text.utf8))
    }

    @Test func `a password has at most 1,024 bytes`() throws {
        _ = try Password(String(repeating: "a", count: 1024))
        _ = try Password(String(repeating: "é", count: 512))
        #expect(throws: AuthError.passwordTooLong) { try Password(String(repeating: "a", count: 1025)) }
        #expect(throws: AuthError.passwordTooLong) { try Password(String(repeating: "é", count: 513)) }
        #expect(throws: AuthError.passwordTooLong) { try Password(String(repeating: "a", count: 10_000_000)) }
        // NFC makes this letter longer: three bytes become six.
        #expect(throws: AuthError.passwordTooLong) { try Password(String(repeating: "\u{FB1D}", count: 340) + "abcd") }
    }

    @Test func `a password never prints itself`() throws {
        let password = try Password("correct horse battery")
        var dumped = ""
        dump(password, to: &dumped)
        for text in [
            "\(password)", String(reflecting: password), "\([password])", dumped,
            String(describing: Mirror(reflecting: password)),
        ] {
            #expect(!text.contains("horse"))
        }
    }

    @Test func `a generated password has 120 bits or more from symbols nobody confuses`() throws {
        var generator = SeededGenerator(seed: 8)
        var counts: [Character: Int] = [:]
        for _ in 0..<2000 {
            let (password, text) = Password.generate(using: &generator)
            #expect(text.count == 24)
            #expect(password.text == text)
            for symbol in text { counts[symbol, default: 0] += 1 }
        }
        #expect(counts.count == 32)
        #expect(Set(counts.keys).isDisjoint(with: Set("lo01LOI")))
        // 31 degrees of freedom: above 94 with a probability of 1 in 10⁷.
        #expect(chiSquared(Array(counts.values)) < 94)
        #expect(Password.generate(length: 40, using: &generator).text.count == 40)
        #expect(Password.generate(length: -1, using: &generator).text.count == 24)
    }
}
