import Auth

/// The manual's own sample account, so that its samples work as they stand against `serve --dev`.
enum DevelopmentAccount {
    static let email = "example@personr.co"
    static let password = "example123"

    /// Adds the account where it is not there yet.
    static func make(in deployment: Deployment, _ hasher: PasswordHasher) async throws {
        // Its ten characters are far below what any other account may have.
        let accounts = Accounts(
            store: deployment.store,
            hasher: hasher,
            sealer: deployment.keys.passwords,
            policy: PasswordPolicy(minimumLength: 1)
        )
        let email = try EmailAddress(email)
        guard try await accounts.find(email) == nil else { return }
        do {
            _ = try await accounts.add(email, password: Password(password), role: .member, by: .commandLine)
        } catch AuthError.emailTaken {
            // Another process was quicker.
        }
    }
}
