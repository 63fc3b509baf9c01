import ArgumentParser
import Auth

/// `latchkey service-account`.
struct ServiceAccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service-account",
        abstract: "Add accounts for programs.",
        discussion: """
            A service account signs in like anyone and has one live token of its own. Its name is shaped like an e-mail \
            address but need not receive mail. Look at it and change it with `latchkey account`.

              latchkey service-account add sync@services.example.com \\
                  --owner you@example.com --purpose "Copies orders" --generate-password
            """,
        subcommands: [Add.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a program's account.",
            discussion: """
                  latchkey service-account add sync@services.example.com \\
                      --owner you@example.com --purpose "Copies orders" \\
                      --scope orders:read --generate-password

                Without a --scope the account's tokens are not limited; `latchkey account scopes` changes that later.
                """
        )

        @Argument(help: "The name to sign in with, shaped like an e-mail address.")
        var email: String

        @Option(help: ArgumentHelp("The person who answers for it, by e-mail address.", valueName: "email"))
        var owner: String

        @Option(help: ArgumentHelp("What it is for, in a few words.", valueName: "text"))
        var purpose: String

        @Option(
            name: .customLong("scope"),
            parsing: .singleValue,
            help: ArgumentHelp("A scope to limit its tokens to; may be given again.", valueName: "scope")
        )
        var scopes: [String] = []

        @OptionGroup var newPassword: NewPasswordOptions
        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let settings = try await options.read().settings
            let email = try EmailAddress(email)
            let owner = try EmailAddress(owner)
            let scopes = try scopes.map { try Scope($0) }
            let deployment = try await Deployment.open(settings, .existing)
            let password = try newPassword.obtain(for: email)
            let accounts = try deployment.makeAccounts()
            let id = try await accounts.addService(
                email,
                owner: owner,
                purpose: purpose,
                password: password.password,
                scopes: scopes,
                by: .commandLine
            )
            try await output.report(
                email,
                in: deployment,
                password,
                words: "Added the service account \(email) with the user_id \(id)."
            )
        }
    }
}
