/// A Content-Type header (RFC 9110 8.3), parsed.
package enum MediaType: Equatable, Sendable {
    /// `multipart/form-data` with a legal boundary.
    case multipart(boundary: [UInt8])
    /// `application/x-www-form-urlencoded`, in UTF-8.
    case urlencoded
    /// `application/json`, in UTF-8.
    case json

    /// Parses the header's value; nil and empty are types that are not supported.
    package init(contentType: String?) throws(BodyError) {
        let header = HeaderValue(Array((contentType ?? "").utf8)[...])
        if header.value.spells("multipart/form-data") {
            self = .multipart(boundary: try Self.boundary(header))
        } else if header.value.spells("application/x-www-form-urlencoded"), Self.isUTF8(header) {
            self = .urlencoded
        } else if header.value.spells("application/json"), Self.isUTF8(header) {
            self = .json
        } else {
            throw .unsupportedMediaType
        }
    }

    private static func isUTF8(_ header: HeaderValue) -> Bool {
        guard header.parameters != nil else { return false }
        return header.parameter("charset")?.spells("utf-8") ?? true
    }

    private static func boundary(_ header: HeaderValue) throws(BodyError) -> [UInt8] {
        guard let parameters = header.parameters else {
            throw .malformed("The parameters of Content-Type cannot be read")
        }
        // RFC 2231 would spread a boundary over `boundary*0`, `boundary*1`: HTTP does not, and readers disagree.
        if parameters.contains(where: { $0.name.count > 8 && $0.name.prefix(9).spells("boundary*") }) {
            throw .malformed("The boundary of Content-Type must be one plain parameter")
        }
        guard let boundary = header.parameter("boundary") else { throw .missingBoundary }
        // RFC 2046 5.1.1
        guard (1...70).contains(boundary.count) else {
            throw .malformed("The boundary of Content-Type must have 1 to 70 characters")
        }
        guard boundary.allSatisfy(\.isBoundary), boundary.last != .space else {
            throw .malformed("The boundary of Content-Type has a character that is not allowed")
        }
        return Array(boundary)
    }
}
