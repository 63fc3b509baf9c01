/// The wire's word for what an account is.
package enum AccountType: String, Sendable {
    case user, service
}

extension Account.Kind {
    package var type: AccountType {
        switch self {
        case .user: .user
        case .service: .service
        }
    }
}
