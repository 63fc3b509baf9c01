extension ErrorResponse {
    /// In the shape of the route's family of paths.
    func answer(at route: Route?) -> Answer {
        switch route {
        case let route? where route.isGuard: atGuard.answer
        case let route? where route.isOAuth: OAuthError(self).answer
        default: answer
        }
    }

    /// A refusal of the edge in the statuses that a guard path may answer: whatever is wrong, nothing passes.
    private var atGuard: ErrorResponse {
        switch reason {
        case .unauthorized, .forbidden, .unavailable: self
        case .internalError: .unavailable
        default: ErrorResponse(.forbidden, message)
        }
    }
}
