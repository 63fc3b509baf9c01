import Parsing
import Testing

struct URLEncodedBodyTests {
    @Test(
        arguments: [
            ("email=a%40b.c&password=p+q%2B", "a@b.c", "p q+"),
            ("password=b&email=a", "a", "b"),
            ("", nil, nil),
            ("&&email=a&", "a", nil),
            ("email", "", nil),
            ("email=&password==", "", "="),
            ("Email=a&x&=&x=%FF%00", nil, nil),
            ("%65mail=%C3%A9", "é", nil),
            ("email=é", "é", nil),
            ("_charset_=UTF-8&email=a", "a", nil),
            (String(repeating: "x&", count: 63) + "email=a", "a", nil),
        ] as [(String, String?, String?)]
    )
    func `a form gives its fields`(body: String, email: String?, password: String?) throws {
        let fields = try fields(body, urlencodedType)
        #expect(fields["email"] == email)
        #expect(fields["password"] == password)
    }

    static let badPercent = "The form has a percent sign that is not followed by two hexadecimal digits"

    @Test(arguments: [
        Refusal("a percent sign alone", "email=a%", badPercent),
        Refusal("a cut escape", "email=a%4", badPercent),
        Refusal("a cut escape before the next pair", "email=a%4&password=b", badPercent),
        Refusal("no digits", "email=%zz", badPercent),
        Refusal("a sign for a digit", "email=%+1", badPercent),
        Refusal("in a pair nobody asked for", "x%=1&email=a", badPercent),
        Refusal("twice", "email=a&%65mail=a", "The field email appears twice"),
        Refusal("invalid UTF-8", "email=%E9", "The field email is not valid UTF-8"),
        Refusal("an overlong form", "email=%C0%AF", "The field email is not valid UTF-8"),
        Refusal("a surrogate", "password=%ED%A0%80", "The field password is not valid UTF-8"),
        Refusal("raw Latin-1", Array("email=".utf8) + [0xE9], "The field email is not valid UTF-8"),
        Refusal("NUL", "password=%00", "The field password has a control character"),
        Refusal("a line end", "email=a\r\n", "The field email has a control character"),
        Refusal("C1", "email=%C2%85", "The field email has a control character"),
        Refusal("M25: _charset_", "_charset_=utf-16&email=a", "The field _charset_ must be utf-8"),
        Refusal("65 pairs", String(repeating: "x&", count: 64) + "email=a", "The form has more than 64 fields"),
    ])
    func `a form that a reader could misread is refused`(_ refusal: Refusal) {
        #expect(throws: BodyError.malformed(refusal.sentence)) { try fields(refusal.body, urlencodedType) }
    }

    @Test func `JSON text under the urlencoded type is read as JSON`() throws {
        #expect(try fields(#"{"email":"a&b=%","password":"+"}"#, urlencodedType)["email"] == "a&b=%")
        #expect(try fields(" \r\n\t{\"email\":\"a\"}", urlencodedType)["email"] == "a")
        #expect(throws: BodyError.malformed("The JSON has an object that does not end")) {
            try fields(#"{"email":"a""#, urlencodedType)
        }
        #expect(try fields(#"[{"email":"a"}]"#, urlencodedType)["email"] == nil)
    }
}
