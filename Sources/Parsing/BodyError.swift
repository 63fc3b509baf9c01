/// Why a body gave no fields; `message` is a sentence for a person and never repeats a value.
package enum BodyError: Error, Equatable, Sendable {
    /// 415: the body is of no type that is read here.
    case unsupportedMediaType
    /// 400: `multipart/form-data` without the parameter that makes it readable.
    case missingBoundary
    /// 400: the sentence says what is wrong.
    case malformed(String)

    /// The sentence for the answer's `message`.
    package var message: String {
        switch self {
        case .unsupportedMediaType:
            "Content-Type must be multipart/form-data, application/x-www-form-urlencoded or application/json"
        case .missingBoundary:
            "Content-Type has no boundary; let your HTTP client set it"
        case .malformed(let sentence):
            sentence
        }
    }
}
