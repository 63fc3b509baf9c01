import Foundation

/// A shell command that is run after a token file has changed. It learns the path by `$TOKEN_FILE`, never the token.
struct ChangeCommand: Sendable {
    let text: String
    /// As long as it may take; a renewal waits for it, and so does a stop.
    var deadline = Duration.seconds(60)

    func run(tokenFile: String) async throws {
        guard let process = ShellProcess(text, environment: ["TOKEN_FILE": tokenFile]) else {
            throw CommandFailure(words: "The command of --on-change cannot be started.")
        }
        // A task of its own is not cancelled by a stop. The new token is in the file, so the next start would find nothing
        // to tell.
        let ending = Task { await process.end(within: deadline) }
        let end = await withTaskCancellationHandler {
            await ending.value
        } onCancel: {
            say("Stopping when the command of --on-change has ended.")
        }
        switch end {
        case .code(0): return
        case .code(let code): throw CommandFailure(words: "The command of --on-change failed with \(code).")
        case .overdue: throw CommandFailure(words: "The command of --on-change took too long and was ended.")
        case .unknown: throw CommandFailure(words: "How the command of --on-change ended cannot be known.")
        }
    }
}
