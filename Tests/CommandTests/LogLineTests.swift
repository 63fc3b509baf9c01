import Auth
import Logging
import Synchronization
import Testing

@testable import latchkey

private let instant = Timestamp(milliseconds: 1_795_352_400_000)

struct LogLineTests {
    private func line(
        _ message: String,
        _ metadata: [(key: String, value: Logger.MetadataValue)] = [],
        level: Logger.Level = .info
    ) -> LogLine {
        LogLine(at: instant, level: level, message: message, metadata: metadata)
    }

    @Test func `a line has an instant, a level, a message and fields`() {
        let line = line("listening", [("url", "http://127.0.0.1:8080"), ("ports", ["1", "2"])])
        #expect(
            line.text(.text) == """
                2026-11-22T13:00:00.000Z info     listening url=http://127.0.0.1:8080 ports="[\\"1\\",\\"2\\"]"

                """
        )
        #expect(
            line.text(.json) == """
                {"at":"2026-11-22T13:00:00.000Z","level":"info","message":"listening","url":"http://127.0.0.1:8080",\
                "ports":["1","2"]}

                """
        )
    }

    @Test(arguments: [
        ("a b", #""a b""#), ("", #""""#), ("a=b", #""a=b""#), (#"a"b"#, #""a\"b""#), (#"a\b"#, #""a\\b""#),
        ("a\nb", #""a\nb""#), ("a\r\nb", #""a\r\nb""#), ("a\u{0}b", #""a\u0000b""#), ("\u{1B}[2J", #""\u001b[2J""#),
        ("a\u{7F}b", #""a\u007fb""#), ("a\u{85}b", #""a\u0085b""#), ("a\u{2028}b", #""a\u2028b""#),
        ("a\u{202E}b", #""a\u202eb""#), ("a\u{E0001}b", #""a\udb40\udc01b""#), ("é", #""é""#), ("a|b", "a|b"),
    ])
    func `a value cannot end the line, start a field or move the cursor`(value: String, written: String) {
        #expect(line("m", [("k", .string(value))]).text(.text) == "2026-11-22T13:00:00.000Z info     m k=\(written)\n")
    }

    @Test(arguments: [
        "user\n2026-11-22T13:00:00.000Z info     forged", "m admin=true", "m \"quoted", "m\u{2029}n", "", "m\\n",
    ])
    func `a message cannot pass for another line or field`(message: String) {
        let text = line(message).text(.text)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        #expect(text == "2026-11-22T13:00:00.000Z info     \(quoted(message))\n")
    }

    @Test func `a field's name cannot pass for another field or take the place of the message`() {
        let text = line("m", [("a b=c\n", "1")]).text(.text)
        #expect(text == "2026-11-22T13:00:00.000Z info     m a_b_c_=1\n")
        let json = line("m", [("message", "forged"), ("level", "critical")]).text(.json)
        #expect(
            json == """
                {"at":"2026-11-22T13:00:00.000Z","level":"info","message":"m","_message":"forged","_level":"critical"}

                """
        )
    }

    @Test func `each line is one write, at the level asked for, with the logger's own fields`() {
        let written = Mutex<[String]>([])
        let handler = StructuredLogHandler(
            level: .notice,
            format: .text,
            clock: WallClock { instant },
            write: { line in written.withLock { $0.append(line) } }
        )
        var logger = Logger(label: "test") { _ in handler }
        logger[metadataKey: "b"] = "1"
        logger.info("left out")
        logger.warning("kept\n", metadata: ["a": "2", "c": ["x": "y"]])
        #expect(
            written.withLock(\.self) == [
                #"2026-11-22T13:00:00.000Z warning  "kept\n" a=2 b=1 c="{\"x\":\"y\"}""# + "\n"
            ]
        )
    }
}
