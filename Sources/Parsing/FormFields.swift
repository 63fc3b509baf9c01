/// The text fields of a request's body, whichever of the accepted types it has.
package struct FormFields: Sendable {
    private let values: [String: String]

    /// Decodes `body` as `type`; only `names` are looked at, each may appear once and must be text without control
    /// characters. All else is ignored but must be well-formed.
    ///
    /// Linear in the body, which the caller bounds.
    package init(_ body: [UInt8], as type: MediaType, names: [String]) throws(BodyError) {
        var fields = WantedFields(names)
        switch type {
        case .multipart(let boundary):
            try MultipartBody.read(body, boundary: boundary, into: &fields)
        case .urlencoded where Self.isJSONText(body), .json:
            try JSONBody.read(body, into: &fields)
        case .urlencoded:
            try URLEncodedBody.read(body, into: &fields)
        }
        values = fields.values
    }

    /// The field's value: nil when it is absent, empty when it is empty.
    package subscript(_ name: String) -> String? { values[name] }

    /// `curl --data '{…}'` labels JSON as urlencoded.
    private static func isJSONText(_ body: [UInt8]) -> Bool {
        body.first { !JSONBody.isWhitespace($0) } == 0x7B
    }
}
