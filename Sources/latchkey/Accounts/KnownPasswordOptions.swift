import ArgumentParser
import Foundation

/// Where a password that is already set comes from: never from an argument, which every user of the machine can read.
struct KnownPasswordOptions: ParsableArguments {
    @Flag(help: "Read the password from standard input; one newline at its end is left out.")
    var passwordStdin = false

    @Option(
        help: ArgumentHelp("Read the password from a file; one newline at its end is left out.", valueName: "file"),
        completion: .file()
    )
    var passwordFile: String?

    func validate() throws {
        if passwordStdin, passwordFile != nil {
            throw ValidationError("Use one of --password-stdin and --password-file, not both.")
        }
    }

    /// Reads or asks for the password.
    func obtain(for email: String) throws -> String {
        if let passwordFile { return try PasswordInput.read(file: passwordFile) }
        if passwordStdin { return try PasswordInput.readAll(from: STDIN_FILENO) }
        let prompt = PasswordPrompt(terminal: STDIN_FILENO) { try? StandardStream.error.write($0) }
        do throws(PasswordInputError) {
            return try prompt.askOnce("Password for \(shown(email)): ")
        } catch .noTerminal {
            throw CommandFailure(
                .usage,
                words: """
                    Standard input is no terminal to ask for a password on. Pass the password with --password-stdin or \
                    --password-file.
                    """
            )
        }
    }
}
