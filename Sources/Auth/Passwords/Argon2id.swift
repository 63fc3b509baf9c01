/// Hashing and checking under one set of parameters: what the hasher's threads do.
struct Argon2id: Sendable {
    let parameters: PasswordHashParameters
    /// What no password matches, at the cost of a real one, so that an unknown e-mail costs what a known one does.
    let dummy: PasswordHash

    init(parameters: PasswordHashParameters) throws(AuthError) {
        self.parameters = parameters
        dummy = try PasswordHash(unmatchable: parameters)
    }

    @Sendable func hash(_ password: Password) -> Result<String, AuthError> {
        Result { () throws(AuthError) in try PasswordHash(of: password, parameters).text }
    }

    @Sendable func check(_ password: Password, against phc: String?) -> Result<PasswordCheck, AuthError> {
        Result { () throws(AuthError) in
            guard let phc else {
                _ = try dummy.matches(password)
                return .mismatch
            }
            let stored = try PasswordHash(stored: phc)
            let isMatch = try stored.matches(password)
            var further: PasswordHash?
            if let cost = furtherCost(after: stored.parameters, isMatch: isMatch) {
                further = try PasswordHash(of: password, cost)
            }
            return isMatch ? .match(rehash: further?.text) : .mismatch
        }
    }

    /// What is hashed besides verifying a hash of `old` parameters: after a match the new hash, if that one is
    /// outdated; after a mismatch what is missing to the cost of today, so that time does not tell which accounts have
    /// not signed in since the parameters grew (CWE-208). Argon2's time goes with memory times passes.
    func furtherCost(after old: PasswordHashParameters, isMatch: Bool) -> PasswordHashParameters? {
        if isMatch { return old.isLess(than: parameters) ? parameters : nil }
        let missing = parameters.memoryKiB * parameters.iterations - old.memoryKiB * old.iterations
        let memory = missing / parameters.iterations
        // Argon2 works with eight blocks of 1 KiB at least.
        return memory < 8 ? nil : PasswordHashParameters(uncheckedMemoryKiB: memory, iterations: parameters.iterations)
    }
}
