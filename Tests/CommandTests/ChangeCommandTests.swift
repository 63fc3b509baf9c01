import Foundation
import Testing

@testable import latchkey

struct ChangeCommandTests {
    @Test func `a command past its deadline is ended with all it has started`() async throws {
        let pipe = TemporaryFile()
        try #require(mkfifo(pipe.path, 0o600) == 0)
        let reader = open(pipe.path, O_RDONLY | O_NONBLOCK)
        try #require(reader >= 0)
        defer { close(reader) }
        // From its first writer's end on, the pipe tells whether one is there: here, whether a process is left.
        close(open(pipe.path, O_WRONLY))
        let command = ChangeCommand("exec 3> \"$TOKEN_FILE\"; sleep 300 & wait", deadline: .seconds(2))
        let failure = await #expect(throws: CommandFailure.self) { try await command.run(tokenFile: pipe.path) }
        #expect(failure?.description == "The command of --on-change took too long and was ended.")
        var end = pollfd(fd: reader, events: 0, revents: 0)
        #expect(poll(&end, 1, 60_000) == 1)
        #expect(end.revents == Int16(POLLHUP))
    }

    @Test(arguments: [("exit 7", 7), ("kill -TERM $$", 143), ("/nowhere/command", 127)])
    func `how a command failed is told as a shell would`(text: String, code: Int) async {
        let failure = await #expect(throws: CommandFailure.self) {
            try await ChangeCommand(text).run(tokenFile: "token")
        }
        #expect(failure?.description == "The command of --on-change failed with \(code).")
    }
}
