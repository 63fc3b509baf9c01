/// Everything the domain and its stores refuse, by meaning.
package enum AuthError: Error, Equatable, Sendable {
    /// Unknown e-mail, wrong password, disabled account or account without a password: one case, one cost in time.
    case invalidCredentials
    /// No room or no time to hash another password; nothing was hashed.
    case overloaded(retryAfterSeconds: Int)
    /// Too many failures, of the account or of the address; nothing was hashed, and nothing is said of the account.
    case tooManyAttempts(retryAfterSeconds: Int)
    /// The store or its answer is uncertain; the text is for the log and the operator, never for a client.
    case unavailable(String)
    case emailTaken
    case noSuchAccount
    /// An operator asked for something only an active account can have; requests get `.invalidCredentials` instead.
    case accountDisabled
    /// A service account's owner must be an active account of a person.
    case ownerNotEligible
    case invalidEmail(String)
    case weakPassword(PasswordPolicy.Refusal)
    /// Over 1,024 bytes, as given or once normalised.
    case passwordTooLong
    /// Only service accounts are limited to scopes.
    case invalidScope(String)
    case invalidPurpose(String)
    /// What was asked for is for service accounts alone.
    case notServiceAccount
    /// The same the other way round: people log in, programs do not.
    case notUserAccount
    /// A scope was asked for that the account does not have.
    case scopeNotHeld
}

extension AuthError: CustomStringConvertible {
    /// A sentence for the operator that says what to do next; never sent to a client.
    package var description: String {
        switch self {
        case .invalidCredentials: "These credentials open no account."
        case .overloaded(let seconds): "Too many passwords are being checked; try again in \(seconds) s."
        case .tooManyAttempts(let seconds): "Too many attempts have failed; try again in \(seconds) s."
        case .unavailable(let reason): "The outcome is not certain: \(reason)."
        case .emailTaken: "An account with this e-mail address exists; show it, or choose another address."
        case .noSuchAccount: "No account has this e-mail address; list the accounts to see which there are."
        case .accountDisabled: "The account is disabled; enable it first."
        case .ownerNotEligible: "The owner must be an active account of a person; name another, or enable this one."
        case .invalidEmail(let reason): "This is not an e-mail address: \(reason)."
        case .weakPassword(let refusal): refusal.description
        case .passwordTooLong: "The password is over 1,024 bytes; choose a shorter one."
        case .invalidScope(let reason): "This is not a scope: \(reason)."
        case .invalidPurpose(let reason): "This is not a purpose: \(reason)."
        case .notServiceAccount: "This is for service accounts only."
        case .notUserAccount: "This is for people's accounts only."
        case .scopeNotHeld: "The account is limited to other scopes."
        }
    }
}
