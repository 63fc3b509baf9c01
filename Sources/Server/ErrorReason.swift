/// Every `reason` of the one error shape, with its status.
package enum ErrorReason: String, CaseIterable, Sendable {
    case invalidLoginCredentials = "INVALID_LOGIN_CREDENTIALS"
    case missingData = "MISSING_DATA"
    case invalidData = "INVALID_DATA"
    case unauthorized = "UNAUTHORIZED"
    case forbidden = "FORBIDDEN"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case requestTimeout = "REQUEST_TIMEOUT"
    case payloadTooLarge = "PAYLOAD_TOO_LARGE"
    case uriTooLong = "URI_TOO_LONG"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case expectationFailed = "EXPECTATION_FAILED"
    case tooEarly = "TOO_EARLY"
    case tooManyAttempts = "TOO_MANY_ATTEMPTS"
    case headersTooLarge = "HEADERS_TOO_LARGE"
    case internalError = "INTERNAL"
    case notImplemented = "NOT_IMPLEMENTED"
    case unavailable = "UNAVAILABLE"
    case versionNotSupported = "HTTP_VERSION_NOT_SUPPORTED"

    package var status: Int {
        switch self {
        case .invalidLoginCredentials, .missingData, .invalidData: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .payloadTooLarge: 413
        case .uriTooLong: 414
        case .unsupportedMediaType: 415
        case .expectationFailed: 417
        case .tooEarly: 425
        case .tooManyAttempts: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .notImplemented: 501
        case .unavailable: 503
        case .versionNotSupported: 505
        }
    }
}
