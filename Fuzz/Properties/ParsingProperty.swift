/// What must hold of a parser for every input there is; the fuzzer looks for one that breaks it, the tests replay those it kept.
package enum ParsingProperty: String, CaseIterable, Sendable {
    /// A Content-Type header, a line feed and a body.
    case multipart
    /// A body.
    case urlencoded
    /// A body.
    case json
    /// The value of an Authorization header.
    case basic
    /// The value of an Authorization header.
    case bearer
    /// A password hash as text.
    case phc
    /// A request's header as it lies in a read.
    case header

    /// Throws when the property does not hold.
    package func check(_ input: [UInt8]) throws(PropertyViolation) {
        switch self {
        case .multipart: try MultipartProperty.check(input)
        case .urlencoded: try URLEncodedProperty.check(input)
        case .json: try JSONProperty.check(input)
        case .basic: try BasicProperty.check(input)
        case .bearer: try BearerProperty.check(input)
        case .phc: try PHCProperty.check(input)
        case .header: try HeaderProperty.check(input)
        }
    }
}

/// A sentence that should be true and is not.
package struct PropertyViolation: Error, CustomStringConvertible, Sendable {
    package let description: String
}

func require(_ holds: Bool, _ sentence: @autoclosure () -> String) throws(PropertyViolation) {
    guard holds else { throw PropertyViolation(description: sentence()) }
}
