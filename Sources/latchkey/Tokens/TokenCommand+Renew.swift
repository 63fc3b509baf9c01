import ArgumentParser
import Foundation
import LatchkeyClient
import Logging
import UnixSignals

extension TokenCommand {
    /// `latchkey token renew`, the one command that talks HTTP.
    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "renew",
            abstract: "Keep a token in a file fresh, from any machine.",
            discussion: """
                Signs in when the file holds no live token or one past two thirds of its life, and puts the new one in its \
                place in one step, readable by you alone. The account must be used by nobody else: each sign-in ends the \
                token before.

                Once, from cron; nothing happens until it is time:

                  latchkey token renew --url https://auth.example.com --email sync@services.example.com \\
                    --token-file /run/sync/token --password-file /etc/sync/password

                For ever, with a word to the program that reads the file, repeated until that succeeds:

                  latchkey token renew --url https://auth.example.com --email sync@services.example.com \\
                    --token-file /run/sync/token --password-file /etc/sync/password \\
                    --watch --on-change 'systemctl reload sync'
                """
        )

        @Option(help: ArgumentHelp("The server's address; a path in it is the base path.", valueName: "address"))
        var url: String

        @Option(help: "The account's e-mail address.")
        var email: String

        @Option(help: ArgumentHelp("The file that holds the token.", valueName: "file"), completion: .file())
        var tokenFile: String

        @OptionGroup var password: KnownPasswordOptions

        @Flag(help: "Go on until stopped, renewing in time.")
        var watch = false

        @Option(
            help: ArgumentHelp(
                "With --watch, how often to ask the server whether the token still lives.",
                valueName: "time"
            )
        )
        var checkEvery: DurationText = 60

        @Option(
            help: ArgumentHelp(
                """
                A shell command to run when the file has changed, until it succeeds; it finds the file's path in \
                $TOKEN_FILE. After a failure --watch repeats it, and else the next run does.
                """,
                valueName: "command"
            )
        )
        var onChange: String?

        @Option(
            help: ArgumentHelp("Certificate authorities to trust, in PEM. (default: the system's)", valueName: "file"),
            completion: .file(extensions: ["pem", "crt"])
        )
        var caFile: String?

        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard checkEvery >= 1 else { throw ValidationError("--check-every must be 1s or more.") }
        }

        func run() async throws {
            ProcessLimits.ignoreBrokenPipes()
            let file = TokenFile(path: tokenFile)
            let older = try file.read()
            try file.checkReplaceable()
            if onChange != nil { try file.checkMarkable() }
            let credentials = Credentials(email: email, password: try password.obtain(for: email))
            let command = onChange.map { ChangeCommand($0) }
            let renewer = TokenFileRenewer(
                file: file,
                command: command,
                output: output,
                client: try makeClient(credentials)
            )
            if isPlainBeyondThisMachine {
                say("Plain HTTP: whoever can listen on the way learns the password and the token.")
            }
            do {
                try await untilStopped(command) {
                    if watch {
                        try await renewer.keepFresh(older, checkingEvery: .milliseconds(checkEvery.milliseconds))
                    } else {
                        try await renewer.renewIfDue(older)
                    }
                }
            } catch TokenClientError.cancelled {
                guard watch else { throw CommandFailure(words: "Stopped before the server answered.") }
            }
        }

        private func makeClient(_ credentials: Credentials) throws -> TokenClient {
            var configuration = TokenClient.Configuration()
            configuration.certificateAuthorityFile = caFile
            let handler = StructuredLogHandler(level: .warning, format: output.output == .json ? .json : .text) {
                line in
                // There is nowhere left to say that standard error is gone.
                try? StandardStream.error.write(line)
            }
            return try TokenClient(
                url,
                credentials: credentials,
                configuration: configuration,
                logger: Logger(label: "latchkey") { _ in handler }
            )
        }

        /// SIGTERM or Ctrl-C cancels the work, which may wait for the command; a second one ends that.
        private func untilStopped(_ command: ChangeCommand?, _ work: @escaping @Sendable () async throws -> Void)
            async throws
        {
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
            let working = Task { try await work() }
            let listening = Task {
                for await _ in signals {
                    if !working.isCancelled {
                        working.cancel()
                    } else if command?.end() != true {
                        Latchkey.end(watch ? .ok : .failed)
                    }
                }
            }
            defer { listening.cancel() }
            try await working.value
        }

        private var isPlainBeyondThisMachine: Bool {
            guard let parts = URLComponents(string: url), parts.scheme?.lowercased() == "http" else { return false }
            return !["localhost", "127.0.0.1", "::1", "[::1]"].contains(parts.host ?? "")
        }
    }
}

extension DurationText: ExpressibleByArgument {
    init?(argument: String) {
        self.init(argument)
    }
}
