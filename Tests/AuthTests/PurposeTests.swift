import Testing

@testable import Auth

struct PurposeTests {
    @Test func `a purpose is one line of 1 to 200 characters, trimmed`() throws {
        #expect(try Accounts.purpose("  nightly export \n") == "nightly export")
        #expect(try Accounts.purpose(String(repeating: "é", count: 200)).count == 200)
        for text in [
            "", "   ", "\n", String(repeating: "p", count: 201), "a\u{0}b", "a\nb", "a\tb", "a\u{1B}[31mb", "a\u{85}b",
        ] {
            #expect(throws: AuthError.self) { try Accounts.purpose(text) }
        }
    }

    @Test func `a purpose of one endless character is refused`() {
        #expect(throws: AuthError.self) { try Accounts.purpose("a" + String(repeating: "\u{301}", count: 1000)) }
    }
}
