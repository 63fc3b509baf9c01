import ArgumentParser
import Testing

@testable import latchkey

struct HelpTests {
    @Test func `the first page says what to type first`() {
        #expect(
            Latchkey.helpMessage(columns: 80) == """
                OVERVIEW: Turns e-mail and password into bearer tokens, and verifies those
                tokens.

                Try it, with an account made for you and a curl line to paste:

                  latchkey serve --dev

                Or start for real. Nothing needs to be configured; data is kept in
                ./latchkey-data:

                  latchkey account add you@example.com --role admin
                  latchkey serve

                The other commands work on the same data, also while the server runs. Results
                go to standard output, words to standard error; --output json prints results
                for programs. The exit code is 0 when all went well, 1 when the command or a
                setting is wrong, 2 when it could not be done, 3 when a token is not valid.

                Tab completion:

                  latchkey --generate-completion-script bash > /etc/bash_completion.d/latchkey

                or zsh, or fish, in place of bash.

                USAGE: latchkey <subcommand>

                OPTIONS:
                  --version               Show the version.
                  -h, --help              Show help information.

                SUBCOMMANDS:
                  serve                   Run the server.
                  account                 Add accounts, look at them and change them.
                  service-account         Add accounts for programs.
                  token                   Generate tokens, look at them, renew and revoke them.
                  config                  Check the settings and explain them.
                  migrate                 Bring the store's schema up to this version.
                  copy                    Move an installation from SQLite to PostgreSQL.
                  doctor                  Tell what is wrong with the store and its settings.

                  See 'latchkey help <subcommand>' for detailed help.
                """
        )
    }

    @Test func `every command has an example of itself and every option a line`() {
        var checked = 0
        func check(_ command: any ParsableCommand.Type, _ path: String) {
            let help = command.helpMessage(columns: 200)
            let example = command.configuration.discussion.split(separator: "\n").contains { line in
                line.hasPrefix("  ") && line.contains("\(path) ") || line.hasPrefix("  ") && line.hasSuffix(path)
            }
            #expect(example, "\(path) has no example")
            #expect(!command.configuration.abstract.isEmpty)
            for line in help.split(separator: "\n") where line.hasPrefix("  --") {
                #expect(line.contains("."), "\(path): \(line)")
            }
            checked += 1
            for sub in command.configuration.subcommands {
                check(sub, "\(path) \(sub._commandName)")
            }
        }
        check(Latchkey.self, "latchkey")
        #expect(checked >= 18)
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `a completion script names the commands`(shell: String) async {
        let (status, script) = await Latchkey.run(["--generate-completion-script", shell])
        #expect(status == .ok)
        for name in ["serve", "service-account", "generate-password", "revoke", "explain"] {
            #expect(script.contains(name))
        }
    }
}
