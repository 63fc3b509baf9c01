import Parsing
import Testing

struct JSONBodyTests {
    @Test(
        arguments: [
            (#"{"email":"a@b.c","password":"p"}"#, "a@b.c", "p"),
            (" \t\r\n{ \"password\" : \"p\" ,\n\"email\":\"a\" }\r\n", "a", "p"),
            ("{}", nil, nil),
            (#"{"email":""}"#, "", nil),
            (#"{"Email":"a"}"#, nil, nil),
            (#"{"\u0065mail":"\u00e9\"\\\/\ud83d\uDE00"}"#, "é\"\\/😀", nil),
            (#"{"email":"é😀"}"#, "é😀", nil),
            (#"{"x":[],"y":{},"z":[1,-0.5e+3,0,1E-2,true,false,null,"\n"],"email":"a"}"#, "a", nil),
            (#"{"x":{"email":"b","email":"c"},"email":"a"}"#, "a", nil),
            (#"{"x":"\u0000\t","email":"a"}"#, "a", nil),
            (#"{"id":9007199254740993,"small":1e-999,"large":1.7976931348623157e308}"#, nil, nil),
            ("{\"é\":1,\"e\u{301}\":2}", nil, nil),
            ("{\"x\":\(String(repeating: "[", count: 31))\(String(repeating: "]", count: 31))}", nil, nil),
        ] as [(String, String?, String?)]
    )
    func `an object gives its members`(body: String, email: String?, password: String?) throws {
        let fields = try fields(body, jsonType)
        #expect(fields["email"] == email)
        #expect(fields["password"] == password)
    }

    static let noObject = "The JSON must be an object"
    static let noValue = "The JSON has a value that is none"
    static let noKey = "The JSON lacks a key where one must be"
    static let noUTF8 = "The JSON is not valid UTF-8"
    static let openObject = "The JSON has an object that does not end"
    static let openArray = "The JSON has an array that does not end"
    static let openString = "The JSON has a string that does not end"
    static let badEscape = "The JSON has an unknown escape in a string"
    static let loneSurrogate = "The JSON has a lone surrogate in a string"
    static let outOfRange = "The JSON has a number out of range"

    @Test(arguments: [
        Refusal("empty", "", noObject),
        Refusal("an array", "[]", noObject),
        Refusal("a string", "\"email\"", noObject),
        Refusal("null", "null", noObject),
        Refusal("J1: 33 deep", "{\"x\":\(String(repeating: "[", count: 32))", "The JSON is nested too deeply"),
        Refusal(
            "J1: 10,000 arrays",
            "{\"x\":\(String(repeating: "[", count: 10_000))",
            "The JSON is nested too deeply"
        ),
        Refusal("J1: 2,000 objects", String(repeating: "{\"x\":", count: 2000), "The JSON is nested too deeply"),
        Refusal("J2: a wanted key twice", #"{"email":"a","email":"a"}"#, "The JSON has a key twice"),
        Refusal("J2: any key twice", #"{"x":1,"email":"a","x":1}"#, "The JSON has a key twice"),
        Refusal("J2: twice after unescaping", #"{"email":"a","e\u006dail":"b"}"#, "The JSON has a key twice"),
        Refusal("J3: trailing comma", #"{"email":"a",}"#, noKey),
        Refusal("J3: trailing comma in an array", #"{"x":[1,]}"#, noValue),
        Refusal("J4: NaN", #"{"x":NaN}"#, noValue),
        Refusal("J4: Infinity", #"{"x":-Infinity}"#, noValue),
        Refusal("J5: 1e999", #"{"x":1e999}"#, outOfRange),
        Refusal("J5: -1e400", #"{"x":[-1e400]}"#, outOfRange),
        Refusal("J5: 400 digits", "{\"x\":1\(String(repeating: "0", count: 400))}", outOfRange),
        Refusal("J6: a lone lead surrogate", #"{"email":"\ud800"}"#, loneSurrogate),
        Refusal("J6: a lone trail surrogate", #"{"email":"\uDC00"}"#, loneSurrogate),
        Refusal("J6: two lead surrogates", #"{"email":"\ud800\ud800"}"#, loneSurrogate),
        Refusal("J6: a lead surrogate before a letter", #"{"email":"\ud800a"}"#, loneSurrogate),
        Refusal("J6: in a string nobody asked for", #"{"x":["\ud800"]}"#, loneSurrogate),
        Refusal("J6: raw surrogate bytes", Array("{\"x\":\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8), noUTF8),
        Refusal("J7: a byte order mark", "\u{FEFF}{}", "The JSON starts with a byte order mark"),
        Refusal("J8: UTF-16BE", #"{"email":"a"}"#.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }, noObject),
        Refusal("J8: UTF-16LE", #"{"email":"a"}"#.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, noKey),
        Refusal("J8: UTF-16 with its mark", [0xFF, 0xFE, 0x7B, 0, 0x7D, 0], noUTF8),
        Refusal("J9: two documents", "{}{}", "The JSON goes on after its end"),
        Refusal("J9: junk after the end", "{}\u{0}", "The JSON goes on after its end"),
        Refusal("J10: a number", #"{"email":1}"#, "The field email must be a string"),
        Refusal("J10: null", #"{"email":null}"#, "The field email must be a string"),
        Refusal("J10: an array", #"{"password":["p"]}"#, "The field password must be a string"),
        Refusal("an overlong form", Array("{\"".utf8) + [0xC0, 0xAF] + Array("\":1}".utf8), noUTF8),
        Refusal("a control character", #"{"email":"a\u0000"}"#, "The field email has a control character"),
        Refusal("an escaped C1", #"{"password":"\u0085"}"#, "The field password has a control character"),
        Refusal("a raw tab", "{\"x\":\"\t\"}", "The JSON has a control character in a string"),
        Refusal("single quotes", "{'email':'a'}", noKey),
        Refusal("a bare key", "{email:1}", noKey),
        Refusal("no colon", #"{"x" 1}"#, "The JSON lacks a colon after a key"),
        Refusal("no value", #"{"x":}"#, noValue),
        Refusal("no comma", #"{"x":1 "y":2}"#, openObject),
        Refusal("only the start", "{", noKey),
        Refusal("an open object", #"{"x":1"#, openObject),
        Refusal("an open array", #"{"x":[1"#, openArray),
        Refusal("an open string", #"{"x":"a"#, openString),
        Refusal("a bracket for a brace", #"{"x":[1}"#, openArray),
        Refusal("an unknown escape", #"{"x":"\a"}"#, badEscape),
        Refusal("a cut escape", #"{"x":"\u00"}"#, badEscape),
        Refusal("a sign in an escape", #"{"x":"\u+041"}"#, badEscape),
        Refusal("a leading zero", #"{"x":01}"#, openObject),
        Refusal("a plus sign", #"{"x":+1}"#, noValue),
        Refusal("no digits after the point", #"{"x":1.}"#, noValue),
        Refusal("no digits before the point", #"{"x":.5}"#, noValue),
        Refusal("no digits in the exponent", #"{"x":1e}"#, noValue),
        Refusal("a minus sign alone", #"{"x":-}"#, noValue),
        Refusal("a hexadecimal number", #"{"x":0x10}"#, openObject),
        Refusal("a wrong word", #"{"x":True}"#, noValue),
        Refusal("a cut word", #"{"x":tru"#, noValue),
        Refusal("a comment", "{/**/}", noKey),
        Refusal("a no-break space", "{\u{A0}}", noKey),
    ])
    func `text that is not one strict object is refused`(_ refusal: Refusal) {
        #expect(throws: BodyError.malformed(refusal.sentence)) { try fields(refusal.body, jsonType) }
    }
}
