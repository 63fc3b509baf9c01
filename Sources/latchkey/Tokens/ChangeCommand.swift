import Foundation

/// A shell command that is run after a token file has changed. It learns the path by `$TOKEN_FILE`, never the token.
struct ChangeCommand: Sendable {
    let text: String

    /// As long as it may take; a renewal waits for it.
    private static let deadline = Duration.seconds(60)

    func run(tokenFile: String) async throws {
        guard let process = start(tokenFile) else {
            throw CommandFailure(words: "The command of --on-change cannot be started.")
        }
        let status = await withTaskGroup(of: CInt?.self) { tasks in
            tasks.addTask { await Self.end(of: process) }
            tasks.addTask {
                try? await Task.sleep(for: Self.deadline, clock: .continuous)
                return nil
            }
            let first = await tasks.next() ?? nil
            // Also when the deadline has passed, for the end is waited for in any case.
            if first == nil { kill(process, SIGKILL) }
            tasks.cancelAll()
            return first
        }
        guard let status else {
            throw CommandFailure(words: "The command of --on-change took too long and was ended.")
        }
        guard status == 0 else {
            // As a shell tells it: a signal is 128 and its number.
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
            throw CommandFailure(words: "The command of --on-change failed with \(code).")
        }
    }

    /// By hand, for Foundation's `Process` reads past a buffer when it starts a program (swift-corelibs-foundation, pull
    /// request 5472).
    private func start(_ tokenFile: String) -> pid_t? {
        var files = posix_spawn_file_actions_t()
        guard posix_spawn_file_actions_init(&files) == 0 else { return nil }
        defer { posix_spawn_file_actions_destroy(&files) }
        // Standard output is for results of ours.
        guard posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0,
            posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO) == 0
        else { return nil }
        let environment = ProcessInfo.processInfo.environment.merging(["TOKEN_FILE": tokenFile]) { $1 }
        let command: [String] = ["sh", "-c", text]
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process = pid_t()
        return posix_spawn(&process, "/bin/sh", &files, nil, &arguments, &variables) == 0 ? process : nil
    }

    /// Waits for the process on a thread of its own, then forgets it; its status as `waitpid` has it.
    private static func end(of process: pid_t) async -> CInt {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var status: CInt = 0
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: status)
            }
        }
    }
}
