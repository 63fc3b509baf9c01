/// A new token, to be told once: the store has its digest only.
package struct GeneratedToken: Sendable {
    package let token: BearerToken
    package let account: AccountID
    /// Whole seconds of life at issue.
    package let expiresInSeconds: Int64
}
