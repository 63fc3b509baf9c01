import Auth
import Testing

struct BearerTokenTests {
    let account = AccountID("4242424242424x424242424242424242")
    let sample = "bus|4242424242424x424242424242424242|4343434343434x434343434343434343"

    @Test(arguments: [31, 32, 38, 63, 64])
    func `a minted token has the wire's shape and parses to itself`(digits: Int) throws {
        var generator = SeededGenerator(seed: 3)
        let account = try #require(account)
        let token = BearerToken.mint(for: account, digits: digits, using: &generator)
        let parts = token.text.split(separator: "|", omittingEmptySubsequences: false)
        #expect(parts.count == 3)
        #expect(parts[0] == "bus")
        #expect(parts[1] == account.description)
        let secret = parts[2].split(separator: "x", omittingEmptySubsequences: false)
        #expect(secret.map(\.utf8.count) == [13, digits - 13])
        #expect(secret.joined().utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        let parsed = try #require(BearerToken(token.text))
        #expect(parsed.text == token.text)
        #expect(parsed.account == account)
    }

    @Test(arguments: [(-1, 31), (0, 31), (65, 64), (Int.max, 64)])
    func `a count of secret digits out of range is clamped`(asked: Int, given: Int) throws {
        var generator = SystemRandomNumberGenerator()
        let token = BearerToken.mint(for: try #require(account), digits: asked, using: &generator)
        #expect(token.text.utf8.count == 4 + 32 + 1 + given + 1)
    }

    @Test func `every secret digit is uniform under a seeded generator`() throws {
        var generator = SeededGenerator(seed: 4)
        for counts in try digitCounts(of: 4000, using: &generator) { #expect(chiSquared(counts) < 46) }
    }

    @Test func `every secret digit is uniform under the system's generator`() throws {
        var generator = SystemRandomNumberGenerator()
        // Not seeded: above 80 with a probability of 1 in 10¹³, so a failure is no accident.
        for counts in try digitCounts(of: 4000, using: &generator) { #expect(chiSquared(counts) < 80) }
    }

    @Test func `no token is drawn twice`() throws {
        var generator = SystemRandomNumberGenerator()
        let account = try #require(account)
        let tokens = Set((0..<5000).map { _ in BearerToken.mint(for: account, digits: 31, using: &generator).text })
        #expect(tokens.count == 5000)
    }

    @Test func `the sample of the manual parses`() throws {
        #expect(try #require(BearerToken(sample[...])).account == account)
    }

    @Test func `a token inside a longer text parses`() throws {
        let header = "Bearer \(sample)"
        #expect(BearerToken(header.dropFirst(7))?.account == account)
    }

    @Test func `every separator must be in its place`() {
        for offset in [0, 1, 2, 3, 17, 36, 50] {
            for replacement in ["0", "y", "|", "x", " ", "%", "é"] {
                var characters = Array(sample).map(String.init)
                guard characters[offset] != replacement else { continue }
                characters[offset] = replacement
                #expect(BearerToken(characters.joined()[...]) == nil, "\(replacement) at \(offset)")
            }
        }
    }

    @Test func `every digit must be an ASCII digit`() {
        let separators: Set = [0, 1, 2, 3, 17, 36, 50]
        for offset in 0..<sample.utf8.count where !separators.contains(offset) {
            for replacement in ["/", ":", "x", " ", "٢", "２", "\u{0}", "-"] {
                var characters = Array(sample).map(String.init)
                characters[offset] = replacement
                #expect(BearerToken(characters.joined()[...]) == nil, "\(replacement) at \(offset)")
            }
        }
    }

    @Test func `Arabic-Indic digits are no digits, at the right length in bytes too`() {
        let digits = String(repeating: "٢", count: 16)
        #expect(BearerToken("bus|\(digits)|4343434343434x434343434343434343"[...]) == nil)
        #expect(
            BearerToken("bus|4242424242424x424242424242424242|4343434343434x\(String(repeating: "٢", count: 9))"[...])
                == nil
        )
    }

    @Test func `a secret has thirteen digits and eighteen to fifty-one more`() {
        for count in 0...80 {
            let text = "bus|4242424242424x424242424242424242|4343434343434x" + String(repeating: "7", count: count)
            #expect((BearerToken(text[...]) != nil) == (18...51).contains(count), "\(count)")
        }
        #expect(BearerToken("bus|4242424242424x424242424242424242|434343434343x4343434343434343434"[...]) == nil)
        #expect(BearerToken("bus|424242424242x424242424242424242|44343434343434x434343434343434343"[...]) == nil)
    }

    @Test(arguments: [
        "", "|", "bus", "bus||", "bus|4242424242424x424242424242424242|", "bus|4242424242424x424242424242424242",
        "4343434343434x434343434343434343", "BUS|4242424242424x424242424242424242|4343434343434x434343434343434343",
        "bus|4242424242424x424242424242424242|4343434343434x434343434343434343 ",
        " bus|4242424242424x424242424242424242|4343434343434x434343434343434343",
        "bus%7C4242424242424x424242424242424242%7C4343434343434x434343434343434343", "' OR 1=1--",
    ])
    func `what is no token is refused`(text: String) {
        #expect(BearerToken(text[...]) == nil)
    }

    @Test func `a token never prints its secret`() throws {
        let token = try #require(BearerToken(sample[...]))
        #expect(!"\(token)".contains("4343"))
        #expect(!String(reflecting: token).contains("4343"))
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains("4343"))
    }

    private func digitCounts(of tokens: Int, using generator: inout some RandomNumberGenerator) throws -> [[Int]] {
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 31)
        let account = try #require(account)
        for _ in 0..<tokens {
            let token = BearerToken.mint(for: account, digits: 31, using: &generator)
            let digits = token.text.utf8.suffix(32).filter { $0 != UInt8(ascii: "x") }
            for (position, digit) in digits.enumerated() { counts[position][Int(digit) - 48] += 1 }
        }
        return counts
    }
}
