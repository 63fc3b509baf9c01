import ArgumentParser
import Auth
import SQLiteStorage

/// `latchkey account`.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Add accounts, look at them and change them.",
        discussion: """
            An account is an e-mail address with a password. Changing the password and disabling the account end its \
            token at once; signing in again makes a new one.

              latchkey account add you@example.com --role admin
              latchkey account list
              latchkey account disable former.colleague@example.com
            """,
        subcommands: [
            Add.self, List.self, Show.self, Disable.self, Enable.self, SetPassword.self, SetRole.self, SetScopes.self,
            SetOverlap.self, Unlock.self,
        ]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a person's account.",
            discussion: """
                Asks twice for the password, without echo. Scripts pass it through standard input:

                  printf %s "$PASSWORD" | latchkey account add you@example.com --password-stdin

                In a new data directory this makes the database and its keys as well.
                """
        )

        @Argument(help: "The e-mail address to sign in with.")
        var email: String

        @Option(help: "What the account may do: use the API, ask about tokens of others, or run this service.")
        var role = Account.Role.member

        @OptionGroup var newPassword: NewPasswordOptions
        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let settings = try await options.read().settings
            let email = try EmailAddress(email)
            let password = try newPassword.obtain(for: email)
            let deployment = try await Deployment.open(settings, .new)
            let accounts = try deployment.makeAccounts()
            let id = try await accounts.add(email, password: password.password, role: role, by: .commandLine)
            try await output.report(email, in: deployment, password, words: "Added \(email) with the user_id \(id).")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List all accounts by e-mail address.",
            discussion: """
                Service accounts whose owner is disabled:

                  latchkey account list --output json \\
                      | jq -r '.[] | select(.ownerless) | .email'
                """
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let deployment = try await Deployment.open(try await options.read().settings, .existing)
            let now = WallClock.system.now
            try await AccountPages(store: deployment.store, limiter: deployment.makeLimiter()).print(
                as: output.output,
                json: { $0.json(now: now, signIn: $1) },
                header: Account.listHeader,
                row: { $0.listRow(now: now) }
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show one account.",
            discussion: "  latchkey account show you@example.com"
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            let (deployment, email) = try await target.open()
            try await target.output.report(email, in: deployment)
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable",
            abstract: "Disable an account and end its token.",
            discussion: """
                Takes effect with the next request. Service accounts that the person owns go on working and are listed \
                as ownerless.

                  latchkey account disable former.colleague@example.com
                """
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            let (deployment, email) = try await target.open()
            let changed = try await deployment.makeAccounts().disable(email, by: .commandLine)
            try await target.report(
                email,
                in: deployment,
                changed
                    ? "\(email) is disabled and has no token any more."
                    : "\(email) was disabled already."
            )
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "Enable an account again.",
            discussion: """
                Its password is as before; it has no token until one is generated.

                  latchkey account enable you@example.com
                """
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            let (deployment, email) = try await target.open()
            let changed = try await deployment.makeAccounts().enable(email, by: .commandLine)
            try await target.report(
                email,
                in: deployment,
                changed ? "\(email) is enabled." : "\(email) was enabled already."
            )
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password",
            abstract: "Set an account's password and end its token.",
            discussion: """
                Asks twice, without echo. To have one made, and see it once:

                  latchkey account password you@example.com --generate-password
                """
        )

        @OptionGroup var target: AccountTarget
        @OptionGroup var newPassword: NewPasswordOptions

        func run() async throws {
            let (deployment, email) = try await target.open()
            guard try await deployment.store.account(email) != nil else { throw AuthError.noSuchAccount }
            let password = try newPassword.obtain(for: email)
            try await deployment.makeAccounts().setPassword(
                of: email,
                to: password.password,
                by: .commandLine
            )
            try await target.output.report(
                email,
                in: deployment,
                password,
                words: "The password of \(email) is set; the account has no token any more."
            )
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role",
            abstract: "Set what an account may do.",
            discussion: """
                member        use the API
                introspector  also ask about tokens of others, as an API does
                admin         also run this service

                  latchkey account role you@example.com admin
                """
        )

        @OptionGroup var target: AccountTarget

        @Argument(help: "The role.")
        var role: Account.Role

        func run() async throws {
            let (deployment, email) = try await target.open()
            let changed = try await deployment.makeAccounts().setRole(of: email, to: role, by: .commandLine)
            try await target.report(
                email,
                in: deployment,
                "\(email) \(changed ? "is now" : "was already") \(role.rawValue)."
            )
        }
    }

    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unlock",
            abstract: "Forget an account's failed sign-ins.",
            discussion: """
                After many wrong passwords an account takes none for a while, and after a hundred in a row none for a day, \
                but from where it was signed in to in the last 30 days. `latchkey account show` tells whether that is so. \
                Its token is not touched by any of that.

                  latchkey account unlock you@example.com
                """
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            let (deployment, email) = try await target.open()
            let changed = try await deployment.makeLimiter().unlock(email, by: .commandLine)
            try await target.report(
                email,
                in: deployment,
                changed ? "The failed sign-ins of \(email) are forgotten." : "\(email) had no failed sign-ins."
            )
        }
    }
}
