import ArgumentParser
import Auth
import LatchkeyClient
import SQLiteStorage

#if PostgreSQL
    import PostgresStorage
#endif

/// How the program ends, for scripts that call it.
enum ExitStatus: Int32, Sendable {
    case ok = 0
    /// The command, or a setting it reads, is wrong.
    case usage = 1
    /// It could not be done.
    case failed = 2
    case tokenNotValid = 3
}

/// A command that did not do what it was asked to; the words say what to do next.
struct CommandFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    let description: String

    init(_ status: ExitStatus = .failed, words: String) {
        self.status = status
        description = words
    }
}

extension ExitStatus {
    /// What an error that ended a command means, and the words to print.
    static func judge(_ error: any Error) -> (status: ExitStatus, words: String) {
        switch error {
        case let failure as CommandFailure: return (failure.status, failure.description)
        case let error as SettingsError: return (.usage, error.description)
        case PasswordInputError.noTerminal: return (.usage, "\(PasswordInputError.noTerminal)")
        case let error as PasswordInputError: return (.failed, error.description)
        case let error as AuthError: return (.failed, shown(error.description))
        case let error as SQLiteStoreError: return (.failed, sentence(error.description))
        #if PostgreSQL
            case let error as PostgresStoreError: return (.failed, sentence(error.description))
        #endif
        case let error as KeyFileError: return (.failed, shown(error.description))
        case let error as PasswordBlocklist.Unreadable: return (.failed, shown(error.description))
        case TokenClientError.invalidConfiguration(let words): return (.usage, sentence(words))
        case let error as TokenClientError: return (.failed, sentence(error.description))
        case let error as TokenFileError: return (.failed, shown(error.description))
        case let error as StreamError: return (.failed, error.isClosedPipe ? "" : error.description)
        default: break
        }
        let code = Latchkey.exitCode(for: error)
        if code.isSuccess { return (.ok, Latchkey.fullMessage(for: error)) }
        return (code == .validationFailure ? .usage : .failed, Latchkey.fullMessage(for: error))
    }

    /// Capital and full stop.
    static func sentence(_ words: String) -> String {
        shown(words.prefix(1).uppercased() + words.dropFirst()) + "."
    }
}
