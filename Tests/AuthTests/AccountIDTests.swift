import Auth
import Testing

struct AccountIDTests {
    @Test func `an account id is thirteen digits of creation time, x and eighteen random digits`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1000 {
            let id = AccountID.random(createdAt: Timestamp(milliseconds: 1_795_355_820_123), using: &generator)
            let text = id.description
            #expect(text.utf8.count == AccountID.textLength)
            #expect(text.hasPrefix("1795355820123x"))
            #expect(text.dropFirst(14).utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
            #expect(AccountID(text) == id)
        }
    }

    @Test func `short parts keep their leading zeros`() throws {
        let id = try #require(AccountID(createdAt: Timestamp(milliseconds: 7), number: 42))
        #expect(id.description == "0000000000007x000000000000000042")
        #expect(AccountID(id.description) == id)
    }

    @Test func `the random digits are uniform`() {
        var generator = SeededGenerator(seed: 2)
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 18)
        for _ in 0..<4000 {
            let id = AccountID.random(createdAt: Timestamp(milliseconds: 0), using: &generator)
            for (position, byte) in id.description.utf8.suffix(18).enumerated() {
                counts[position][Int(byte) - 48] += 1
            }
        }
        // Nine degrees of freedom: above 46 with a probability of 1 in 1.7 million.
        for position in counts { #expect(chiSquared(position) < 46) }
    }

    @Test func `numbers that do not fit their digits make no account id`() {
        let now = Timestamp(milliseconds: 1)
        #expect(AccountID(createdAt: now, number: AccountID.numberLimit) == nil)
        #expect(AccountID(createdAt: now, number: -1) == nil)
        #expect(AccountID(createdAt: Timestamp(milliseconds: 10_000_000_000_000), number: 0) == nil)
        #expect(AccountID(createdAt: Timestamp(milliseconds: -1), number: 0) == nil)
        #expect(AccountID(createdAt: now, number: AccountID.numberLimit - 1) != nil)
    }

    @Test(arguments: [Int64.min, -1, 10_000_000_000_000, .max])
    func `a clock beyond thirteen digits is clamped`(milliseconds: Int64) {
        var generator = SystemRandomNumberGenerator()
        let id = AccountID.random(createdAt: Timestamp(milliseconds: milliseconds), using: &generator)
        #expect(AccountID(id.description) == id)
    }

    @Test(arguments: [
        "", "x", "0000000000007x00000000000000004", "0000000000007x0000000000000000421",
        "0000000000007X000000000000000042",
        "000000000000-x000000000000000042", "0000000000007x+00000000000000042", " 000000000007x000000000000000042",
        "0000000000007x00000000000000004٢", "٠٠٠٠٠٠x٠٠٠٠٠٠٠٠٠", "0000000000007x00000000000000004\u{0}",
        "00000000000007x00000000000000042",
    ])
    func `anything but the exact shape is no account id`(text: String) {
        #expect(AccountID(text) == nil)
    }
}
