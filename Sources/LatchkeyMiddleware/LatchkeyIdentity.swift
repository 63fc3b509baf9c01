import Foundation
import HTTPTypes

/// Who a request is from, as Latchkey said when it was asked about the request's token.
public struct LatchkeyIdentity: Hashable, Sendable {
    /// What kind of account the token belongs to.
    public enum AccountType: String, Hashable, Sendable {
        /// A person's account.
        case user
        /// A service account: a program's.
        case service
    }

    /// The account: 13 digits, `x`, 18 digits; stable for the account's life.
    public let userID: String
    /// Its sign-in name.
    public let email: String
    /// Whose kind of account it is.
    public let accountType: AccountType
    /// Its role: `member`, `introspector` or `admin`.
    public let role: String
    /// The scopes it is limited to; empty for an account without such limits.
    public let scopes: Set<String>
    /// When the token expires, to the second.
    public let expires: Date

    /// For tests of what stands behind the middleware.
    public init(
        userID: String,
        email: String,
        accountType: AccountType,
        role: String,
        scopes: Set<String>,
        expires: Date
    ) {
        self.userID = userID
        self.email = email
        self.accountType = accountType
        self.role = role
        self.scopes = scopes
        self.expires = expires
    }
}

extension LatchkeyIdentity {
    /// What every name of an identity header begins with.
    static let fieldPrefix = "x-latchkey-"

    /// Reads the headers of a passing answer; nil when they are not those of Latchkey, for then something else has answered.
    init?(_ fields: (String) -> String?) {
        guard let userID = fields("X-Latchkey-User"), !userID.isEmpty, let email = fields("X-Latchkey-Email"),
            let accountType = fields("X-Latchkey-Account-Type").flatMap(AccountType.init),
            let role = fields("X-Latchkey-Role"), let scopes = fields("X-Latchkey-Scopes"),
            let expires = fields("X-Latchkey-Expires").flatMap({ Int64($0) })
        else { return nil }
        self.init(
            userID: userID,
            email: email,
            accountType: accountType,
            role: role,
            scopes: Set(scopes.split(separator: " ").map(String.init)),
            expires: Date(timeIntervalSince1970: TimeInterval(expires))
        )
    }
}
