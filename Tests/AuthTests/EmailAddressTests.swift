import Auth
import Testing

struct EmailAddressTests {
    @Test(arguments: [
        "a@b", "root@localhost", "example@personr.co", "first.last+tag@sub.example.com", "o'hara@example.ie",
        "!#$%&'*+-/=?^_`{|}~@example.com", "billing-export@services.example", "1@1.2.3.4", "x@xn--bcher-kva.example",
    ])
    func `what is shaped like an address is one`(text: String) throws {
        let email = try EmailAddress(text)
        #expect(email.description == text)
        #expect(email.key == text.lowercased())
    }

    @Test(arguments: [
        "", "@", "a", "a@", "@b", "a@b@c", "a b@c", "a@b c", " a@b", "a@b ", "a@b\n", "a@b\u{0}", "a\t@b", ".a@b",
        "a.@b", "a..b@c",
        "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-", "a@b_c", "\"a b\"@c", "\"a\"@c", "a@[127.0.0.1]", "a,b@c", "a;b@c",
        "<a@b>", "a(b)@c",
        "username", "ａ@b", "é@b.c", "a@bücher.example", "\u{212A}@example.com", "a@\u{212A}.com", "a@b\u{7F}", "a\\b@c",
        "a:b@c",
    ])
    func `what is not shaped like an address is refused`(text: String) {
        #expect(throws: AuthError.self) { try EmailAddress(text) }
    }

    @Test func `an address has at most 254 bytes, its name 64, each label 63`() throws {
        let name = String(repeating: "n", count: 64)
        let label = String(repeating: "d", count: 63)
        let domain = [label, label, String(repeating: "d", count: 61)].joined(separator: ".")
        #expect("\(name)@\(domain)".utf8.count == 254)
        _ = try EmailAddress("\(name)@\(domain)")
        #expect(throws: AuthError.self) { try EmailAddress("\(name)@\(domain)d") }
        #expect(throws: AuthError.self) { try EmailAddress("\(name)n@b") }
        #expect(throws: AuthError.self) { try EmailAddress("a@\(label)d") }
        #expect(throws: AuthError.self) { try EmailAddress(String(repeating: "a@", count: 100_000)) }
    }

    @Test func `case does not matter, dots and plus signs do`() throws {
        #expect(try EmailAddress("Ada.L+x@Example.COM") == EmailAddress("ada.l+x@example.com"))
        #expect(try EmailAddress("Ada@example.com").hashValue == EmailAddress("ada@example.com").hashValue)
        #expect(try EmailAddress("ada.l@example.com") != EmailAddress("adal@example.com"))
        #expect(try EmailAddress("ada+x@example.com") != EmailAddress("ada@example.com"))
    }
}

struct ScopeTests {
    @Test func `a scope is visible ASCII without quotes and backslashes`() throws {
        #expect(try Scope("orders:read").description == "orders:read")
        _ = try Scope(String(repeating: "s", count: 64))
        for text in ["", " ", "a b", "a\"", "a\\", "é", "a\u{7F}", "a\n", String(repeating: "s", count: 65)] {
            #expect(throws: AuthError.self) { try Scope(text) }
        }
    }

    @Test func `a list of scopes is separated by spaces and has each once`() throws {
        #expect(try Scope.list("").isEmpty)
        #expect(try Scope.list(" b a  b ").map(\.description) == ["b", "a"])
        #expect(throws: AuthError.self) { try Scope.list("a \"") }
    }
}
