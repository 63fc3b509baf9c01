import Auth
import Parsing

/// What a request's `Authorization` fields present.
enum PresentedToken {
    /// Nothing, or credentials of another scheme, which RFC 6750 section 3.1 wants no error code for.
    case none
    /// Another shape, or more than one field.
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
        if count == 1, let text = BearerHeader.token(in: authorization), let token = BearerToken(text) {
            self = .token(token)
        } else {
            self = count > 1 || authorization.prefix(6).isField("bearer") ? .unusable : .none
        }
    }
}
