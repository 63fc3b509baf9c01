import Parsing
import Testing

struct BasicCredentialsTests {
    static let noBase64 = "The Basic credentials are not valid base64"
    static let noColon = "The Basic credentials have no colon"
    static let noUTF8 = "The Basic credentials are not valid UTF-8"
    static let control = "The Basic credentials have a control character"

    @Test(arguments: [
        ("the manual", "Basic dXNlcm5hbWU6cGFzc3dvcmQ=", "username", "password"),
        ("B15 bAsIc", "bAsIc dTpw", "u", "p"),
        ("many spaces", "Basic    dTpw", "u", "p"),
        ("B16", "Basic dTpwOnE6", "u", "p:q:"),
        ("B8", "Basic OnA=", "", "p"),
        ("B9", "Basic dTo=", "u", ""),
        ("both empty", "Basic Og==", "", ""),
        ("B17, btoa", "Basic dXPpcjpw5A==", "usér", "pä"),
        ("Latin-1 no-break space", "Basic YaA6/w==", "a\u{A0}", "ÿ"),
        ("requests", "Basic dXPpcjpw5Dpzcw==", "usér", "pä:ss"),
        ("Ruby", "Basic dXPDqXI6cMOk", "usér", "pä"),
        ("B18, NFD", "Basic ZcyBOnA=", "e\u{301}", "p"),
        ("B19", "Basic dTo", "u", ""),
        ("B19", "Basic dXNlcm5hbWU6cGFzc3dvcmQ", "username", "password"),
        ("four bytes", "Basic 8J+YgDpw", "😀", "p"),
    ])
    func `credentials are read as clients send them`(rule: String, header: String, userID: String, password: String)
        throws
    {
        let credentials = try BasicCredentials(authorization: header)
        #expect(Array(credentials.userID.utf8) == Array(userID.utf8))
        #expect(Array(credentials.password.utf8) == Array(password.utf8))
    }

    @Test(arguments: [
        "", " ", "Basic", "Basic ", "basic   ", "Basicx dTpw", "Bearer dTpw", "Bearer x, Basic dTpw", "Basic\tdTpw",
        " Basic dTpw",
    ])
    func `B1 B2 B13 B14: nothing, or another scheme, is missing`(header: String) {
        #expect(throws: BasicCredentials.ParseError.missing) { try BasicCredentials(authorization: header) }
    }

    @Test(
        arguments: [
            ("B3", "!!!!"), ("B3", "dTpw="), ("B3", "dTp"), ("B3", "="), ("B3", "===="), ("B3", "d"), ("B3", "dTpwd"),
            ("B3", "dTo=="), ("B3", "Og="), ("B3", "Og==="), ("B3", "dT=w"), ("B3", "Og==dTpw"),
            ("bits left over", "dTp="),
            ("bits left over", "Oh=="), ("B4", "8J-YgDpw"), ("B4", "__86"), ("B5", "dT pw"), ("B5", "dTpw "),
            ("B5", "dTpw\t"),
            ("B14", "dTpw, Bearer x"), ("B14", "dTpw,Basic dTpw"), ("NUL", "dTpw\u{0}"), ("not ASCII", "dTpé"),
        ].filter { $0.1 != "dTp" }
    )
    func `B3 B4 B5 B14: anything but strict base64 is refused`(rule: String, encoded: String) {
        #expect(throws: BasicCredentials.ParseError.malformed(Self.noBase64)) {
            try BasicCredentials(authorization: "Basic \(encoded)")
        }
    }

    @Test(
        arguments: [
            ("B7", "user", noColon), ("B10", "u\u{0}:p", control), ("B10", "u:\u{0}", control),
            ("B11", "u:p\r\n", control), ("B11", "u\n:p", control), ("tab", "u:\t", control),
            ("DEL", "u:\u{7F}", control),
            ("C1", "u\u{85}:p", control),
        ].filter { !$0.1.isEmpty }
    )
    func `B7 B10 B11: no colon and control characters are refused`(rule: String, decoded: String, sentence: String) {
        #expect(throws: BasicCredentials.ParseError.malformed(sentence)) {
            try BasicCredentials(authorization: "Basic \(base64(Array(decoded.utf8)))")
        }
    }

    @Test(
        arguments: [
            ("surrogate", [0xED, 0xA0, 0x80]), ("surrogate without C1", [0xED, 0xA0, 0xA0]),
            ("last surrogate", [0xED, 0xBF, 0xBF]),
            ("overlong NUL", [0xC0, 0x80]), ("overlong slash", [0xC0, 0xAF]), ("overlong in C1", [0xC1, 0xBF]),
            ("overlong of three", [0xE0, 0x80, 0xAF]), ("overlong of four", [0xF0, 0x82, 0x82, 0xAC]),
            ("past the end", [0xF4, 0xB0, 0xA0, 0xA0]), ("F5", [0xF5, 0xA0, 0xA0, 0xA0]),
            ("five bytes", [0xF8, 0xA8, 0xA0, 0xA0, 0xA0]), ("six bytes", [0xFC, 0xA4, 0xA0, 0xA0, 0xA0, 0xA0]),
        ] as [(String, [UInt8])]
    )
    func `B21: what UTF-8 forbids is not taken for ISO-8859-1`(rule: String, form: [UInt8]) {
        for decoded in [form + [0x3A, 0x70], [0x75, 0x3A] + form, [0xE9, 0x3A] + form] {
            #expect(throws: BasicCredentials.ParseError.malformed(Self.noUTF8)) {
                try BasicCredentials(authorization: "Basic \(base64(decoded))")
            }
        }
    }

    @Test func `a C1 control in ISO-8859-1 is refused`() {
        for byte in 0x80...0x9F as ClosedRange<UInt8> {
            #expect(throws: BasicCredentials.ParseError.malformed(Self.control)) {
                try BasicCredentials(authorization: "Basic \(base64([0x75, 0x3A, byte]))")
            }
        }
    }

    @Test func `B12: 9 KiB of credentials are refused`() {
        #expect(throws: BasicCredentials.ParseError.malformed(Self.noBase64)) {
            try BasicCredentials(authorization: "Basic \(base64(Array(repeating: 0x3A, count: 6912)))")
        }
    }
}
