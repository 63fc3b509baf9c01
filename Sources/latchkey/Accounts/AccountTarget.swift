import ArgumentParser
import Auth
import SQLiteStorage

/// One account to look at or change, and where it is.
struct AccountTarget: ParsableArguments {
    @Argument(help: "The account's e-mail address.")
    var email: String

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func open() async throws -> (Deployment, EmailAddress) {
        let settings = try await options.read().settings
        // Before the store is touched: what is no address is in no store.
        let address = try EmailAddress(email)
        return (try await Deployment.open(settings, .existing), address)
    }

    /// Says what was done; programs get the account as it is now.
    func report(_ email: EmailAddress, in deployment: Deployment, _ words: String) async throws {
        say(words)
        if output.output == .json { try await output.report(email, in: deployment) }
    }
}

extension OutputOptions {
    /// Prints the account as it is now.
    func report(_ email: EmailAddress, in deployment: Deployment) async throws {
        guard let account = try await deployment.store.account(email) else { throw AuthError.noSuchAccount }
        let now = WallClock.system.now
        let signIn = try await deployment.makeLimiter().states(of: [email]).first
        try print(account.json(now: now, signIn: signIn), text: account.text(now: now, signIn: signIn))
    }

    /// Prints what came of setting a password: a generated one alone on standard output, or as a member of the account.
    func report(_ email: EmailAddress, in deployment: Deployment, _ password: NewPassword, words: String) async throws {
        guard let account = try await deployment.store.account(email) else { throw AuthError.noSuchAccount }
        let signIn = try await deployment.makeLimiter().states(of: [email]).first
        var members = account.json(now: WallClock.system.now, signIn: signIn).members
        if let generated = password.generated { members.append(.init(name: "password", value: .text(generated))) }
        try print(.object(members), text: password.generated)
        say(words)
    }
}
