import Parsing
import Testing

struct MediaTypeTests {
    @Test(arguments: [
        ("multipart/form-data; boundary=XX", MediaType.multipart(boundary: Array("XX".utf8))),
        ("Multipart/Form-Data;BOUNDARY=XX", .multipart(boundary: Array("XX".utf8))),
        ("multipart/form-data; boundary=\"a b:c\"", .multipart(boundary: Array("a b:c".utf8))),
        ("multipart/form-data; boundary=----=_Part_1_2.3", .multipart(boundary: Array("----=_Part_1_2.3".utf8))),
        ("multipart/form-data; charset=utf-8; boundary=XX;", .multipart(boundary: Array("XX".utf8))),
        (" application/x-www-form-urlencoded ", .urlencoded),
        ("application/x-www-form-urlencoded;charset=UTF-8", .urlencoded),
        ("application/json", .json),
        ("APPLICATION/JSON ; charset=\"Utf-8\"", .json),
        ("application/json; odata.metadata=minimal", .json),
    ])
    func `the three types are read however a client spells them`(header: String, type: MediaType) throws {
        #expect(try MediaType(contentType: header) == type)
    }

    @Test(arguments: [
        nil, "", " ", ";", "/", "text/plain", "multipart/mixed; boundary=XX", "multipart/form-datax; boundary=XX",
        "application/jsonp", "application/vnd.api+json", "application/json, application/json",
        "application/json; charset=utf-16", "application/json; charset=iso-8859-1", "application/json; charset",
        "application/json; charset=utf-8; charset=utf-8", "application/json; charset=\"utf-8",
        "application/json charset=utf-8",
        "application/x-www-form-urlencoded; charset=windows-1252", "application/json\u{0}", "application/jſon",
    ])
    func `M31 J12: any other type is not supported`(header: String?) {
        #expect(throws: BodyError.unsupportedMediaType) { try MediaType(contentType: header) }
    }

    @Test(arguments: ["multipart/form-data", "multipart/form-data;", "multipart/form-data; charset=utf-8"])
    func `M1: multipart without a boundary says how to get one`(header: String) {
        let error = #expect(throws: BodyError.missingBoundary) { try MediaType(contentType: header) }
        #expect(error?.message == "Content-Type has no boundary; let your HTTP client set it")
    }

    @Test(arguments: [
        ("boundary=", "must have 1 to 70 characters"),
        ("boundary=\"\"", "must have 1 to 70 characters"),
        ("boundary=" + String(repeating: "x", count: 71), "must have 1 to 70 characters"),
        ("boundary=" + String(repeating: "x", count: 252), "must have 1 to 70 characters"),
        ("boundary=\"a@b\"", "has a character that is not allowed"),
        ("boundary=\"a\\\"b\"", "has a character that is not allowed"),
        ("boundary=a*b", "has a character that is not allowed"),
        ("boundary=\"é\"", "has a character that is not allowed"),
        ("boundary=\"a\tb\"", "has a character that is not allowed"),
        ("boundary=\"ends \"", "has a character that is not allowed"),
        ("boundary*=utf-8''XX", "must be one plain parameter"),
        ("boundary=XX; boundary*0=YY", "must be one plain parameter"),
    ])
    func `M2 M3 M4 M5: an illegal boundary is refused`(parameter: String, end: String) {
        #expect(throws: BodyError.malformed("The boundary of Content-Type \(end)")) {
            try MediaType(contentType: "multipart/form-data; \(parameter)")
        }
    }

    @Test(arguments: [
        "boundary=XX; boundary=XX", "boundary=XX; BOUNDARY=YY", "boundary=a b", "boundary=a@b", "boundary=é",
        "boundary=\"XX",
        "boundary=\"X\"X", "boundary = XX", "boundary=XX, multipart/form-data; boundary=YY", "boundary=X\u{0}X", "=XX",
        "boundary",
        (0..<17).map { "p\($0)=1" }.joined(separator: ";"),
    ])
    func `M5 M6: parameters that can be read in two ways or none are refused`(parameters: String) {
        #expect(throws: BodyError.malformed("The parameters of Content-Type cannot be read")) {
            try MediaType(contentType: "multipart/form-data; \(parameters)")
        }
    }

    @Test func `a boundary of 70 characters is legal`() throws {
        let boundary = String(repeating: "x", count: 70)
        let type = try MediaType(contentType: "multipart/form-data; boundary=\(boundary)")
        #expect(type == .multipart(boundary: Array(boundary.utf8)))
    }
}
