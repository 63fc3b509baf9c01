import Foundation
import Synchronization

/// A shell command that is run after a token file has changed. It learns the path by `$TOKEN_FILE`, never the token.
final class ChangeCommand: Sendable {
    private let text: String
    private let deadline: Duration
    /// The wait for the end of the one at work.
    private let ending = Mutex<Task<ShellProcess.End, Never>?>(nil)

    /// - Parameter deadline: As long as it may take; a renewal waits for it, and so does a stop.
    init(_ text: String, deadline: Duration = .seconds(60)) {
        self.text = text
        self.deadline = deadline
    }

    func run(tokenFile: String) async throws {
        // Under the lock, so that there is no moment at which a second signal finds nothing to end.
        let ending = try self.ending.withLock { ending in
            guard let process = ShellProcess(text, environment: ["TOKEN_FILE": tokenFile]) else {
                throw CommandFailure(words: "The command of --on-change cannot be started.")
            }
            // A task of its own is not cancelled by a stop: half a reload helps nobody.
            let task = Task { await process.end(within: deadline) }
            ending = task
            return task
        }
        defer { self.ending.withLock { $0 = nil } }
        let end = await withTaskCancellationHandler {
            await ending.value
        } onCancel: {
            say(
                """
                Stopping when the command of --on-change has ended, which takes \(deadline.components.seconds) seconds at \
                most. A second signal ends it at once.
                """
            )
        }
        switch end {
        case .code(0): return
        case .code(let code): throw CommandFailure(words: "The command of --on-change failed with \(code).")
        case .killed where ending.isCancelled:
            throw CommandFailure(words: "The command of --on-change was ended; it is repeated at the next start.")
        case .killed: throw CommandFailure(words: "The command of --on-change took too long and was ended.")
        case .unknown: throw CommandFailure(words: "How the command of --on-change ended cannot be known.")
        }
    }

    /// Ends the one at work with all it has started; false when there is none, or it was told so before.
    func end() -> Bool {
        ending.withLock { ending in
            guard let ending, !ending.isCancelled else { return false }
            ending.cancel()
            return true
        }
    }
}
