import Parsing
import Testing

struct BearerHeaderTests {
    static let token = "bus|4242424242424x424242424242424242|4343434343434x434343434343434343"

    @Test(
        arguments: [
            ("Bearer \(token)", token), ("bearer \(token)", token), ("BEARER   \(token)", token), ("Bearer x", "x"),
            ("Bearer ' ", nil), ("Bearer '", "'"), ("Bearer a%7Cb", "a%7Cb"), ("Bearer ~!", "~!"),
        ] as [(String, String?)]
    )
    func `the token is what follows the scheme`(header: String, token: String?) {
        #expect(BearerHeader.token(in: header).map(String.init) == token)
    }

    @Test(arguments: [
        ("T1", ""), ("T1", " "), ("T2", "Basic x"), ("T2", "Bear"), ("T2", "Bearerx"), ("T2", "Bearer-x y"),
        ("T2", "Token Bearer x"),
        ("T2", "\u{212A}earer x"), ("T2", "Bearer\tx"), ("T2", " Bearer x"), ("T4", "Bearer"), ("T4", "Bearer "),
        ("T4", "Bearer    "),
        ("T6", "Bearer bus|٤٢"), ("T7", "Bearer x "), ("T7", "Bearer x\t"), ("T7", "Bearer x y"), ("T7", "Bearer x\ty"),
        ("T7", "Bearer \tx"), ("T13", "Bearer ' OR 1=1--"), ("a control character", "Bearer x\u{0}"),
        ("DEL", "Bearer x\u{7F}"),
        ("a combining mark on the scheme", "Bearer\u{301} x"), ("a combining mark on the token", "Bearer \u{301}x"),
    ])
    func `anything else is no token`(rule: String, header: String) {
        #expect(BearerHeader.token(in: header) == nil)
    }

    @Test func `T8: a long token is only looked at`() {
        #expect(BearerHeader.token(in: "Bearer " + String(repeating: "x", count: 1 << 20))?.utf8.count == 1 << 20)
    }
}
