import Auth
import Parsing

/// What a request's `Authorization` fields present.
enum PresentedToken {
    case none
    /// Another scheme, another shape or more than one field.
    case unusable
    case token(BearerToken)

    init(_ facts: RequestFacts) {
        self.init(facts.authorization, count: facts.authorizations)
    }

    init(_ authorization: String?, count: Int) {
        guard let authorization else {
            self = .none
            return
        }
        guard count == 1, let text = BearerHeader.token(in: authorization), let token = BearerToken(text) else {
            self = .unusable
            return
        }
        self = .token(token)
    }
}
