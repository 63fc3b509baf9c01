import ArgumentParser
import Foundation

/// The program: a token service and the commands that look after its accounts.
@main
struct Latchkey: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "latchkey",
        abstract: "Turns e-mail and password into bearer tokens, and verifies those tokens.",
        discussion: """
            Try it, with an account made for you and a curl line to paste:

              latchkey serve --dev

            Or start for real. Nothing needs to be configured; data is kept in ./latchkey-data:

              latchkey account add you@example.com --role admin
              latchkey serve

            The other commands work on the same data, also while the server runs. Results go to standard output, words \
            to standard error; --output json prints results for programs. The exit code is 0 when all went well, 1 when \
            the command or a setting is wrong, 2 when it could not be done, 3 when a token is not valid.

            Tab completion:

              latchkey --generate-completion-script bash > /etc/bash_completion.d/latchkey

            or zsh, or fish, in place of bash.
            """,
        version: version,
        subcommands: [
            Serve.self, AccountCommand.self, ServiceAccountCommand.self, TokenCommand.self, ConfigCommand.self,
            MigrateCommand.self, CopyCommand.self, DoctorCommand.self,
        ]
    )

    static func main() async {
        ProcessLimits.forbidCoreDumps()
        let (status, words) = await run(Array(CommandLine.arguments.dropFirst()))
        if !words.isEmpty {
            do throws(StreamError) {
                try (status == .ok ? StandardStream.output : .error).write(words + "\n")
            } catch {
                end(.failed)
            }
        }
        end(status)
    }

    /// Ends the process without the exit handlers of C libraries: a thread of the store's that is connecting to PostgreSQL at
    /// that moment would find what it uses freed, and the process would abort after all was done.
    static func end(_ status: ExitStatus) -> Never {
        fflush(nil)
        _exit(status.rawValue)
    }

    /// Runs the command that `arguments` spell. Gives how it ended and the words still to print.
    static func run(_ arguments: [String]) async -> (status: ExitStatus, words: String) {
        do {
            var command = try parseAsRoot(arguments)
            let kind = type(of: command)
            if kind != Latchkey.self, !kind.configuration.subcommands.isEmpty {
                // The framework prints the help and calls it success, which hides a forgotten word from a script.
                return (.usage, "Error: Missing subcommand\n\n" + helpMessage(for: kind))
            }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return (.ok, "")
        } catch {
            return ExitStatus.judge(error)
        }
    }
}
