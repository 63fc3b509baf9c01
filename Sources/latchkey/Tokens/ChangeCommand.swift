import Foundation

/// A shell command that is run after a token file has changed. It learns the path by `$TOKEN_FILE`, never the token.
struct ChangeCommand: Sendable {
    let text: String

    /// As long as it may take; a renewal waits for it.
    private static let deadline = Duration.seconds(60)

    func run(tokenFile: String) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", text]
        process.environment = ProcessInfo.processInfo.environment.merging(["TOKEN_FILE": tokenFile]) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Standard output is for results of ours.
        process.standardOutput = FileHandle.standardError
        let (ended, ending) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in ending.finish() }
        do {
            try process.run()
        } catch {
            throw CommandFailure(words: "The command of --on-change cannot be started.")
        }
        let isLate = await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                for await _ in ended {}
                return false
            }
            tasks.addTask {
                try? await Task.sleep(for: ChangeCommand.deadline, clock: .continuous)
                return true
            }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? true
        }
        guard !isLate, !process.isRunning else {
            process.terminate()
            throw CommandFailure(words: "The command of --on-change took too long and was ended.")
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw CommandFailure(words: "The command of --on-change failed with \(process.terminationStatus).")
        }
    }
}
