import Auth
import NIOCore

/// An error of RFC 6749 section 5.2.
struct OAuthError: Error, Equatable, Sendable {
    enum Code: String {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case unauthorizedClient = "unauthorized_client"
        case unsupportedGrantType = "unsupported_grant_type"
        case invalidScope = "invalid_scope"
        /// Of section 4.1.2.1, for what section 5.2 has no word.
        case serverError = "server_error"
        case temporarilyUnavailable = "temporarily_unavailable"
    }

    let code: Code
    let description: String
    let status: Int
    private let field: Answer.Field?

    init(_ code: Code, _ description: String, status: Int = 400, field: Answer.Field? = nil) {
        self.code = code
        self.description = description
        self.status = status
        self.field = field
    }

    static func == (left: OAuthError, right: OAuthError) -> Bool {
        left.code == right.code && left.description == right.description && left.status == right.status
    }

    /// 401 has to name a scheme (RFC 9110 section 15.5.2), but never Basic: a browser would keep and replay the credentials.
    static func invalidClient(_ description: String, challenge: String = "Bearer") -> OAuthError {
        let field = Answer.Field(name: "WWW-Authenticate", value: challenge)
        return OAuthError(.invalidClient, description, status: 401, field: field)
    }

    /// What the edge and the framework refuse.
    init(_ error: ErrorResponse) {
        let code: Code =
            switch error.reason {
            case .unauthorized, .invalidLoginCredentials: .invalidClient
            case .forbidden: .unauthorizedClient
            // Not the client's fault for ever: `invalid_request` would make it give up.
            case .unavailable, .tooManyAttempts: .temporarilyUnavailable
            case .internalError: .serverError
            default: .invalidRequest
            }
        self.init(code, error.message, status: error.reason.status, field: error.field)
    }

    /// What the domain refuses.
    init(_ error: AuthError) {
        switch error {
        case .notServiceAccount, .notUserAccount:
            self.init(.unauthorizedClient, "Client credentials are for service accounts; a person signs in otherwise")
        case .scopeNotHeld: self.init(.invalidScope, "The account is limited to other scopes")
        case .invalidCredentials, .invalidEmail, .noSuchAccount, .accountDisabled, .weakPassword:
            self = .invalidClient("The client id and secret open no account")
        default: self.init(ErrorResponse(error))
        }
    }

    var answer: Answer {
        var body = ByteBuffer()
        body.write(expecting: 256) { body in
            body.write("{\"error\":\"")
            body.write(code.rawValue)
            body.write("\",\"error_description\":")
            body.writeJSON(description)
            body.write("}")
        }
        return Answer(status: status, field: field, body: body)
    }
}
