import Dispatch
import Foundation

/// Asks for a password on a terminal without echo.
struct PasswordPrompt {
    let terminal: Int32
    let say: (String) -> Void

    /// The most a terminal hands over as one line.
    private static let lineLimit = 4096

    /// Asks once, for a password that is already set.
    func askOnce(_ question: String) throws(PasswordInputError) -> String {
        guard let echo = EchoSwitch(terminal) else { throw .noTerminal }
        defer { echo.restore() }
        return try ask(question)
    }

    /// Asks twice, and again while the two differ.
    func askTwice(_ question: String) throws(PasswordInputError) -> String {
        guard let echo = EchoSwitch(terminal) else { throw .noTerminal }
        defer { echo.restore() }
        for _ in 0..<3 {
            let first = try ask(question)
            let second = try ask("The same again: ")
            guard first != second else { return first }
            say("The two are not the same. Once more.\n")
        }
        throw .differed
    }

    private func ask(_ question: String) throws(PasswordInputError) -> String {
        say(question)
        // The line's end is not echoed either.
        defer { say("\n") }
        var line: [UInt8] = []
        defer { line.zero() }
        while true {
            var byte: UInt8 = 0
            let count = read(terminal, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .ended }
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
            guard line.count <= PasswordPrompt.lineLimit else { throw .tooLong }
        }
        guard !line.isEmpty else { throw .empty }
        guard let text = String(validating: line, as: UTF8.self) else { throw .notUTF8 }
        return text
    }
}

/// Echo off, until it is restored: by us, or when a signal ends the program while it waits.
private final class EchoSwitch {
    private let terminal: Int32
    private let before: termios
    private let sources: [any DispatchSourceSignal]
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// Nil when this is no terminal.
    init?(_ terminal: Int32) {
        var state = termios()
        guard tcgetattr(terminal, &state) == 0 else { return nil }
        let before = state
        self.terminal = terminal
        self.before = before
        let queue = DispatchQueue(label: "latchkey.echo")
        sources = EchoSwitch.signals.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                var before = before
                tcsetattr(terminal, TCSANOW, &before)
                // As a shell reports a program that the signal itself has ended.
                _exit(128 + number)
            }
            #if canImport(Darwin)
                // There the default action would come first.
                signal(number, SIG_IGN)
            #endif
            source.resume()
            return source
        }
        state.c_lflag &= ~tcflag_t(ECHO | ECHONL)
        tcsetattr(terminal, TCSADRAIN, &state)
    }

    func restore() {
        var before = before
        tcsetattr(terminal, TCSADRAIN, &before)
        for (source, number) in zip(sources, EchoSwitch.signals) {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }
}
