import ArgumentParser
import Auth
import SQLiteStorage

/// `latchkey token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Generate tokens, look at them, renew and revoke them.",
        discussion: """
            An account has one live token at most, and generating a new one ends the one before. These commands need no \
            password, for whoever may write to the data directory may use them; only `latchkey token renew` works from \
            anywhere, with a password over HTTP.

              TOKEN=$(latchkey token generate sync@services.example.com)
              latchkey token revoke sync@services.example.com
            """,
        subcommands: [Generate.self, Status.self, List.self, Renew.self, Revoke.self]
    )

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "generate",
            abstract: "Make an account's new token and print it, once.",
            discussion: """
                The token before it ends at this moment. Nobody can read the new one again later.

                  TOKEN=$(latchkey token generate you@example.com)
                  curl -H "Authorization: Bearer $TOKEN" https://api.example.com/
                """
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            let (deployment, email) = try await target.open()
            let generated = try await deployment.makeAuthority(deployment.makeHasher())
                .generateAsOperator(for: email, by: .commandLine)
            let text = String(generated.token.text)
            let json = JSONText.object([
                "token": .text(text), "user_id": .text("\(generated.account)"),
                "expires": .number(generated.expiresInSeconds),
            ])
            try target.output.print(json, text: text)
            say(
                "The token of \(email) is good for \(DurationText(milliseconds: generated.expiresInSeconds * 1000))."
            )
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show since when and until when an account's token lives.",
            discussion: """
                Exits with 3 when the account has no live token.

                  latchkey token status you@example.com || echo "generate a new one"
                """
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            let (deployment, email) = try await target.open()
            guard let account = try await deployment.store.account(email) else { throw AuthError.noSuchAccount }
            let now = WallClock.system.now
            let isLive = account.status == .active && account.liveToken(at: now) != nil
            try target.output.print(account.tokenJSON(now: now), text: isLive ? account.tokenText(now: now) : nil)
            guard isLive else { throw CommandFailure(.tokenNotValid, words: "\(email) has no live token.") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the accounts that have a live token.",
            discussion: """
                  latchkey token list --output json

                Those to renew soon, the next to expire first:

                  latchkey token list --expiring 30d
                """
        )

        @Option(
            help: ArgumentHelp("Only tokens that expire within this time, such as 30d.", valueName: "time"),
            transform: { try DurationText.argument($0, 1...DurationText(milliseconds: 3650 * 86_400_000)) }
        )
        var expiring: DurationText?

        @OptionGroup var options: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let deployment = try await Deployment.open(try await options.read().settings, .existing)
            let now = WallClock.system.now
            let order =
                expiring.map { AccountPages.Order.expiring(from: now, within: $0.milliseconds / 1000) } ?? .email
            try await AccountPages(store: deployment.store, order: order).print(
                as: output.output,
                json: { account, _ in account.liveToken(at: now) == nil ? nil : account.tokenJSON(now: now) },
                header: Account.tokenListHeader,
                row: { $0.tokenRow(now: now) }
            )
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "End an account's token.",
            discussion: """
                Takes effect with the next request. The account can make a new token at once; to keep it from that, \
                `latchkey account disable` it.

                  latchkey token revoke you@example.com
                """
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            let (deployment, email) = try await target.open()
            let revoked = try await deployment.makeAuthority(deployment.makeHasher())
                .revokeAsOperator(of: email, by: .commandLine)
            try target.output.print(.object(["revoked": .bool(revoked)]), text: nil)
            say(revoked ? "The token of \(email) is revoked." : "\(email) had no live token.")
        }
    }
}
