/// Everything the domain and its stores refuse, by meaning.
package enum AuthError: Error, Equatable, Sendable {
    /// Unknown e-mail, wrong password, disabled account or account without a password: one case, one cost in time.
    case invalidCredentials
    /// No room or no time to hash another password; nothing was hashed.
    case overloaded(retryAfterSeconds: Int)
    /// The store or its answer is uncertain; the text is for the log and the operator, never for a client.
    case unavailable(String)
    case emailTaken
    case noSuchAccount
    /// A service account's owner must be an active account of a person.
    case ownerNotEligible
    case invalidEmail(String)
    case weakPassword(PasswordPolicy.Refusal)
    /// Over 1,024 bytes once normalised.
    case passwordTooLong
    /// Only service accounts are limited to scopes.
    case invalidScope(String)
}
