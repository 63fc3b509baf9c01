import Auth
import NIOCore
import Parsing

/// The one shape of every error, and the one place that maps the domain's errors to HTTP.
package struct ErrorResponse: Error, Equatable, Sendable {
    package let reason: ErrorReason
    /// A sentence for a person; never a value from the request.
    package let message: String
    /// The header that goes with some statuses, such as `Allow` or `Retry-After`.
    package let field: Answer.Field?

    package init(_ reason: ErrorReason, _ message: String, field: Answer.Field? = nil) {
        self.reason = reason
        self.message = message
        self.field = field
    }

    package static func == (left: ErrorResponse, right: ErrorResponse) -> Bool {
        left.reason == right.reason && left.message == right.message
    }

    /// `{"statusCode":N,"reason":"…","message":"…"}`, keys in this order.
    package var answer: Answer {
        var body = ByteBuffer()
        body.write(expecting: 256) { body in
            body.write("{\"statusCode\":")
            body.write(Int64(reason.status))
            body.write(",\"reason\":\"")
            body.write(reason.rawValue)
            body.write("\",\"message\":")
            body.writeJSON(message)
            body.write("}")
        }
        return Answer(status: reason.status, field: field, body: body)
    }
}

extension ErrorResponse {
    package static let invalidLogin = ErrorResponse(
        .invalidLoginCredentials,
        "We didn’t find an account with those login credentials"
    )

    /// 401 without a token to judge (RFC 6750 section 3.1: no error code then).
    package static let noToken = ErrorResponse(
        .unauthorized,
        "A bearer token is needed: send Authorization: Bearer YOUR_TOKEN",
        field: Answer.Field(name: "WWW-Authenticate", value: "Bearer")
    )

    /// 401 for any fault of a token that was given; never says which.
    package static let invalidToken = ErrorResponse(
        .unauthorized,
        "The bearer token is not valid; generate a new one",
        field: Answer.Field(name: "WWW-Authenticate", value: "Bearer error=\"invalid_token\"")
    )

    package static let notFound = ErrorResponse(.notFound, "There is nothing at this path")

    package static let versionNotSupported = ErrorResponse(
        .versionNotSupported,
        "This server speaks HTTP/1.0, HTTP/1.1 and, over TLS, HTTP/2"
    )

    package static let tokenInQuery = ErrorResponse(
        .invalidData,
        "A token does not belong in the query; send it in the Authorization header"
    )

    package static let unavailable = unavailable(retryAfterSeconds: 1)

    package static func unavailable(retryAfterSeconds: Int) -> ErrorResponse {
        ErrorResponse(
            .unavailable,
            "The service cannot answer for certain right now; try again",
            field: Answer.Field(name: "Retry-After", value: String(retryAfterSeconds))
        )
    }

    package static func methodNotAllowed(_ allowed: [String]) -> ErrorResponse {
        let list = allowed.joined(separator: ", ")
        return ErrorResponse(
            .methodNotAllowed,
            list.isEmpty ? "No path takes this method" : "This path takes \(list)",
            field: Answer.Field(name: "Allow", value: list)
        )
    }

    package static func missing(_ what: String) -> ErrorResponse {
        ErrorResponse(.missingData, "\(what) is missing or empty")
    }

    /// What a client is told of the domain's refusals; the details of the others go to the log.
    package init(_ error: AuthError) {
        switch error {
        case .invalidCredentials, .invalidEmail, .noSuchAccount, .accountDisabled, .weakPassword:
            self = .invalidLogin
        case .passwordTooLong:
            self = ErrorResponse(.invalidData, "password has more than 1,024 bytes")
        case .tooManyAttempts(let seconds):
            self = ErrorResponse(
                .tooManyAttempts,
                "Too many attempts have failed; try again later",
                field: Answer.Field(name: "Retry-After", value: String(seconds))
            )
        case .overloaded(let seconds):
            self = .unavailable(retryAfterSeconds: seconds)
        case .unavailable:
            self = .unavailable
        case .emailTaken, .ownerNotEligible, .invalidScope, .invalidPurpose, .notServiceAccount, .notUserAccount,
            .scopeNotHeld:
            self = ErrorResponse(.invalidData, "The account cannot be made as asked")
        }
    }

    package init(_ error: BodyError) {
        switch error {
        case .unsupportedMediaType:
            self = ErrorResponse(.unsupportedMediaType, error.message)
        case .missingBoundary, .malformed:
            self = ErrorResponse(.invalidData, error.message)
        }
    }

    package init(_ error: BasicCredentials.ParseError) {
        switch error {
        case .missing:
            self = ErrorResponse(
                .missingData,
                "The Authorization header with Basic credentials is missing or empty"
            )
        case .malformed(let sentence):
            self = ErrorResponse(.invalidData, sentence)
        }
    }
}
