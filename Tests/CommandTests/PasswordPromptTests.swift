import Foundation
import Synchronization
import Testing

@testable import latchkey

struct PasswordPromptTests {
    @Test func `a password is asked for twice, without echo, which is restored`() throws {
        let terminal = try PseudoTerminal()
        let echoes = Mutex<[Bool]>([])
        let prompt = PasswordPrompt(terminal: terminal.line) { words in
            guard words.hasSuffix(": ") else { return }
            echoes.withLock { $0.append(terminal.echoes) }
            terminal.type("correct horse\n")
        }
        #expect(terminal.echoes)
        #expect(try prompt.askTwice("Password: ") == "correct horse")
        #expect(echoes.withLock(\.self) == [false, false])
        #expect(terminal.echoes)
    }

    @Test func `two that differ are asked for again, three times in all`() throws {
        let terminal = try PseudoTerminal()
        let count = Mutex(0)
        let prompt = PasswordPrompt(terminal: terminal.line) { words in
            guard words.hasSuffix(": ") else { return }
            let number = count.withLock {
                $0 += 1; return $0
            }
            terminal.type("password \(number)\n")
        }
        #expect(throws: PasswordInputError.differed) { try prompt.askTwice("Password: ") }
        #expect(count.withLock(\.self) == 6)
        #expect(terminal.echoes)
    }

    @Test(arguments: [("\n", PasswordInputError.empty), ("\u{4}", .ended)])
    func `nothing typed is an error, and echo is restored`(typed: String, error: PasswordInputError) throws {
        let terminal = try PseudoTerminal()
        let prompt = PasswordPrompt(terminal: terminal.line) { words in
            if words.hasSuffix(": ") { terminal.type(typed) }
        }
        #expect(throws: error) { try prompt.askTwice("Password: ") }
        #expect(terminal.echoes)
    }
}

/// A terminal with the test at its keyboard.
private final class PseudoTerminal: Sendable {
    let line: Int32
    private let keyboard: Int32

    struct Unavailable: Error {}

    init() throws {
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        guard keyboard >= 0 else { throw Unavailable() }
        #if os(Linux)
            // Swift does not see unlockpt(3) and ptsname(3) there; these are what they do (ioctl_tty(2)).
            var (unlocked, number): (Int32, Int32) = (0, 0)
            guard ioctl(keyboard, 0x4004_5431, &unlocked) == 0, ioctl(keyboard, 0x8004_5430, &number) == 0 else {
                throw Unavailable()
            }
            line = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        #else
            guard grantpt(keyboard) == 0, unlockpt(keyboard) == 0, let name = ptsname(keyboard) else {
                throw Unavailable()
            }
            line = open(name, O_RDWR | O_NOCTTY)
        #endif
        guard line >= 0 else { throw Unavailable() }
    }

    deinit {
        close(line)
        close(keyboard)
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(write(keyboard, bytes, bytes.count) == bytes.count)
    }

    var echoes: Bool {
        var state = termios()
        tcgetattr(line, &state)
        return state.c_lflag & tcflag_t(ECHO) != 0
    }
}
