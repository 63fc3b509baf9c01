import ArgumentParser
import Auth
import Foundation

/// Where a new password comes from: never from an argument, which every user of the machine can read.
struct NewPasswordOptions: ParsableArguments {
    @Flag(help: "Read the password from standard input; one newline at its end is left out.")
    var passwordStdin = false

    @Flag(help: "Make a password and print it, once, on standard output.")
    var generatePassword = false

    func validate() throws {
        if passwordStdin, generatePassword {
            throw ValidationError("Use one of --password-stdin and --generate-password, not both.")
        }
    }

    /// Reads, makes or asks for the password.
    func obtain(for email: EmailAddress) throws -> NewPassword {
        if generatePassword {
            var generator = SystemRandomNumberGenerator()
            let (password, text) = Password.generate(using: &generator)
            return NewPassword(password: password, generated: text)
        }
        let text: String
        if passwordStdin {
            text = try PasswordInput.readAll(from: STDIN_FILENO)
        } else {
            let prompt = PasswordPrompt(terminal: STDIN_FILENO) { try? StandardStream.error.write($0) }
            text = try prompt.askTwice("Password for \(email): ")
        }
        return NewPassword(password: try Password(text), generated: nil)
    }
}

/// A password to set, and its text when it was made here and its owner has yet to learn it.
struct NewPassword {
    let password: Password
    let generated: String?
}
