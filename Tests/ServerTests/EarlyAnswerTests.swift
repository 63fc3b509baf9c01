import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// Answers that leave before the request's end, and what becomes of the rest of it.
struct EarlyAnswerTests {
    static let post = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 16000\r\n\r\n"

    @Test func `the rest of a refused request is swallowed for a second`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n")
        #expect(try rig.takeAnswers().map(\.status) == [413])
        for _ in 0..<9 {
            rig.pass(.milliseconds(100))
            try rig.send(String(repeating: "a", count: 1000))
        }
        #expect(rig.ending == .lingering)
        rig.pass(.milliseconds(100))
        #expect(rig.ending == .closed)
        #expect(rig.takeText() == "")
    }

    @Test func `the rest of a refused request is swallowed up to 64 KiB`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
        for _ in 0..<64 {
            #expect(rig.readsPass)
            try rig.send(String(repeating: "a", count: 1024))
        }
        #expect(rig.ending == .lingering)
        try rig.send("a")
        #expect(rig.ending == .closed)
    }

    @Test func `a client that closes its side is not waited for`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n")
        #expect(rig.ending == .lingering)
        rig.endInput()
        #expect(rig.ending == .closed)
    }

    @Test func `a router's answer before the body's end ends the connection`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.post + "abc")
        rig.router.answer(.notFound)
        let answers = try rig.takeAnswers()
        #expect(answers.map(\.status) == [404])
        #expect(answers.first?["connection"] == "close")
        #expect(rig.ending == .lingering)
        try rig.send("defghi")
        #expect(rig.router.body == "abc", "the rest is swallowed, not forwarded")
        rig.pass(.seconds(1))
        #expect(rig.ending == .closed)
    }

    @Test func `a router's answer that begins before the body's end ends the connection as well`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
        rig.router.beginAnswer(length: 6)
        try rig.send("def" + PipeliningTests.alive)
        rig.router.endAnswer("routed")
        let answers = try rig.takeAnswers()
        #expect(answers.map(\.status) == [200])
        #expect(answers.first?["connection"] == "close")
        #expect(rig.ending == .lingering)
    }

    @Test func `a router's late answer goes nowhere, and it is told of no failure`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.post + "abc")
        rig.pass(.seconds(10))
        #expect(try rig.takeAnswers().map(\.status) == [408])
        #expect(rig.router.news == [.error])
        rig.router.answer()
        #expect(rig.takeText() == "")
        #expect(rig.router.writesSucceeded == 3)
        #expect(rig.router.writesFailed == 0)
    }

    /// Half an answer is out: whatever else were said would be taken for its rest.
    @Test func `a fault behind half an answer closes the connection, and no more`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        rig.router.beginAnswer(length: 6)
        let half = rig.takeText()
        #expect(half.hasPrefix("HTTP/1.1 200 OK\r\n") && half.hasSuffix("\r\n\r\n"))
        try rig.send("zz\r\n")
        #expect(rig.takeText() == "")
        #expect(rig.ending == .closed)
        #expect(
            rig.router.news.first == .error,
            "told of the fault before the end, which alone would look like the body's"
        )
        rig.router.endAnswer("routed")
        #expect(rig.takeText() == "")
    }

    @Test func `half an answer and then silence closes the connection after 10 s`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.post + "abc")
        rig.router.beginAnswer(length: 6)
        _ = rig.takeText()
        rig.pass(.seconds(10))
        #expect(rig.takeText() == "")
        #expect(rig.ending == .closed)
    }

    @Test func `half a body behind a slow request is an error to the router, never a whole body`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(PipeliningTests.routed + "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
        rig.endInput()
        rig.router.answer()
        rig.turn()
        #expect(try rig.takeAnswers().map(\.status) == [200, 400])
        #expect(rig.router.ends == 1)
        #expect(rig.router.news.first == .error)
        #expect(rig.ending == .closed)
    }

    @Test func `the router's own end of a connection waits for what is being swallowed`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.post + "abc")
        rig.router.answer(.notFound)
        rig.channel.close(mode: .output, promise: nil)
        #expect(rig.ending == .lingering)
        rig.channel.close(mode: .all, promise: nil)
        #expect(rig.ending == .lingering, "a reset now would take the answer from the client")
        rig.pass(.seconds(1))
        #expect(rig.ending == .closed)
    }
}
