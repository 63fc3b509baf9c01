/// The requests that a reader can send from a page, by the names that the pages call them.
enum TryForm: String, Sendable {
    case generate, basic, status, revoke

    var method: String {
        switch self {
        case .generate, .basic, .revoke: "POST"
        case .status: "GET"
        }
    }

    /// Below the base path.
    var path: String {
        switch self {
        case .generate: "/api-token-generate"
        case .basic: "/api-basic-auth"
        case .status: "/api-token-status"
        case .revoke: "/api-token-revoke"
        }
    }

    /// Whether it asks for e-mail and password; the others ask for a token.
    var takesCredentials: Bool {
        switch self {
        case .generate, .basic: true
        case .status, .revoke: false
        }
    }
}
