import Parsing
import Testing

/// What a request with this Content-Type and body gives for the two fields of the token endpoint.
func fields(_ body: [UInt8], _ contentType: String?) throws(BodyError) -> FormFields {
    let type = try MediaType(contentType: contentType)
    return try FormFields(body, as: type, names: ["email", "password"])
}

func fields(_ body: String, _ contentType: String?) throws(BodyError) -> FormFields {
    try fields(Array(body.utf8), contentType)
}

let multipartType = "multipart/form-data; boundary=XX"
let urlencodedType = "application/x-www-form-urlencoded"
let jsonType = "application/json"

/// A well-formed body with the boundary `XX` around parts that are given with their headers.
func multipart(_ parts: String...) -> String {
    parts.map { "--XX\r\n\($0)\r\n" }.joined() + "--XX--\r\n"
}

/// One part, as most clients write it; `headers` are whole lines to add.
func part(_ name: String, _ value: String, headers: String = "") -> String {
    "Content-Disposition: form-data; name=\"\(name)\"\r\n\(headers)\r\n\(value)"
}

/// An input that must be refused, and why.
struct Refusal: CustomTestStringConvertible {
    let testDescription: String
    let body: [UInt8]
    let sentence: String

    init(_ testDescription: String, _ body: String, _ sentence: String) {
        self.init(testDescription, Array(body.utf8), sentence)
    }

    init(_ testDescription: String, _ body: [UInt8], _ sentence: String) {
        self.testDescription = testDescription
        self.body = body
        self.sentence = sentence
    }
}
