/// What checking a password against a stored hash found.
package enum PasswordCheck: Equatable, Sendable {
    /// The password is right; `rehash` is a new hash of it when the stored one cost less than the parameters of today.
    case match(rehash: String?)
    /// The password is wrong, or there was no hash to match.
    case mismatch
}
