import ArgumentParser
import Auth

/// What an account's tokens reach, and what becomes of them at a renewal.
extension AccountCommand {
    struct SetScopes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "scopes",
            abstract: "Limit a service account to scopes, or lift the limit.",
            discussion: """
                Names all scopes the account shall have; the token it has is limited to them from the next request on.

                  latchkey account scopes sync@services.example.com orders:read orders:write
                  latchkey account scopes sync@services.example.com --not-limited
                """
        )

        @OptionGroup var target: AccountTarget

        @Argument(help: "The scopes, all of them.")
        var scopes: [String] = []

        @Flag(help: "Let its tokens reach everything.")
        var notLimited = false

        func validate() throws {
            guard scopes.isEmpty == notLimited else {
                throw ValidationError("Name the scopes, or lift the limit with --not-limited.")
            }
        }

        func run() async throws {
            let scopes = try Scope.list(scopes.joined(separator: " "))
            let (deployment, email) = try await target.open()
            let changed = try await deployment.makeAccounts().setScopes(of: email, to: scopes, by: .commandLine)
            let words =
                scopes.isEmpty ? "not limited" : "limited to \(scopes.map(\.description).joined(separator: " "))"
            try await target.report(email, in: deployment, "\(email) \(changed ? "is now" : "was already") \(words).")
        }
    }

    struct SetOverlap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "overlap",
            abstract: "Let a replaced token pass for a while longer.",
            discussion: """
                For programs that run in several copies: after a renewal the token before still passes for this time, at \
                most a day, and not beyond its own expiry. `latchkey account show` tells whether it is still used, and \
                from where. Revoking either token, a new password and disabling end both at once.

                  latchkey account overlap sync@services.example.com 10m
                  latchkey account overlap sync@services.example.com off
                """
        )

        @OptionGroup var target: AccountTarget

        @Argument(
            help: ArgumentHelp("The time, such as 10m, or off.", valueName: "time"),
            transform: { text in
                guard text != "off" else { return nil }
                let (least, most) = (Overlap.seconds.lowerBound, Overlap.seconds.upperBound)
                return try DurationText.argument(
                    text,
                    DurationText(milliseconds: least * 1000)...DurationText(milliseconds: most * 1000)
                )
            }
        )
        var time: DurationText?

        func run() async throws {
            let (deployment, email) = try await target.open()
            let seconds = time.map { $0.milliseconds / 1000 }
            let changed = try await deployment.makeAccounts().setOverlap(of: email, to: seconds, by: .commandLine)
            let words = time.map { "\($0) after it is replaced" } ?? "no longer than until it is replaced"
            try await target.report(
                email,
                in: deployment,
                "A token of \(email) \(changed ? "now" : "already") passes \(time == nil ? "" : "for ")\(words)."
            )
        }
    }
}

extension DurationText {
    /// A time given at the command line.
    static func argument(_ text: String, _ range: ClosedRange<DurationText>) throws -> DurationText {
        guard let time = DurationText(text), range ~= time, time.milliseconds % 1000 == 0 else {
            throw ValidationError("This is no time from \(range.lowerBound) to \(range.upperBound), such as 10m.")
        }
        return time
    }
}
