import ArgumentParser
import Auth
import Foundation
import Testing

@testable import latchkey

/// Swift Testing has one of its own.
private typealias ExitStatus = latchkey.ExitStatus

struct ExitStatusTests {
    @Test(arguments: [
        ["no-such-command"], ["account"], ["service-account"], ["token"], ["config"], ["account", "add"],
        ["account", "add", "a@example.com", "--no-such-option"],
        ["account", "add", "a@example.com", "--password", "given as an argument"],
        ["account", "add", "a@example.com", "--password-stdin", "--generate-password"],
        ["account", "add", "a@example.com", "--role", "root"],
        ["token", "status", "a@example.com", "--output", "yaml"],
        ["service-account", "add", "a@example.com"], ["serve", "extra"],
    ])
    func `a mistaken command is 1 and says how it is meant`(arguments: [String]) async {
        let (status, words) = await Latchkey.run(arguments)
        #expect(status == .usage)
        #expect(words.lowercased().contains("usage: latchkey"))
    }

    @Test(arguments: [["--help"], ["help", "serve"], ["--version"], ["--generate-completion-script", "bash"]])
    func `help, version and completion are 0`(arguments: [String]) async {
        let (status, words) = await Latchkey.run(arguments)
        #expect(status == .ok)
        #expect(!words.isEmpty)
    }

    @Test func `each refusal has its status and one sentence of plain text`() {
        let refusals: [(any Error, ExitStatus)] = [
            (SettingsError("It is wrong."), .usage), (PasswordInputError.noTerminal, .usage),
            (PasswordInputError.empty, .failed), (PasswordInputError.notUTF8, .failed),
            (AuthError.noSuchAccount, .failed), (AuthError.emailTaken, .failed),
            (AuthError.unavailable("disk\u{1B}[2J"), .failed), (KeyFileError.missing(path: "a\nb"), .failed),
            (CommandFailure(.tokenNotValid, words: "It is not."), .tokenNotValid),
            (StreamError(code: ENOSPC), .failed),
        ]
        for (error, status) in refusals {
            let judged = ExitStatus.judge(error)
            #expect(judged.status == status)
            #expect(judged.words.hasSuffix("."))
            #expect(judged.words.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(judged.words)")
        }
    }

    @Test func `a reader that has gone away is no news`() {
        #expect(ExitStatus.judge(StreamError(code: EPIPE)).words == "")
    }
}
