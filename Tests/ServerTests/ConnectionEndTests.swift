import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Server

/// Clients that close their side or vanish, and a server that stops, in every state a connection can be in.
struct ConnectionEndTests {
    static let alive = PipeliningTests.alive
    static let routed = PipeliningTests.routed

    @Test func `a client that closes its side between requests is gone`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.alive)
        _ = rig.takeText()
        rig.endInput()
        #expect(rig.takeText() == "")
        #expect(rig.ending == .closed)
    }

    @Test(arguments: ["GET /x HTT", "GET /x HTTP/1.1\r\nHost: a\r\n"])
    func `half a header and the end is no request`(_ bytes: String) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(bytes)
        rig.endInput()
        #expect(rig.router.heads.isEmpty)
        #expect(try rig.takeAnswers().allSatisfy { $0.status == 400 })
        #expect(rig.ending == .closed)
    }

    @Test(arguments: ["Content-Length: 6\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"])
    func `half a body and the end is an error to the router, never a whole body`(_ rest: String) async throws {
        let seed = try await SeededStore.shared.value
        for isHalfClosed in [true, false] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send("POST /x HTTP/1.1\r\nHost: a\r\n\(rest)")
            if isHalfClosed {
                rig.endInput()
            } else {
                _ = try? rig.channel.finish()
            }
            #expect(rig.router.ends == 0)
            #expect(rig.router.news.first == .error)
        }
    }

    @Test func `a client that closes its side after its request gets its answer`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.routed)
        rig.endInput()
        #expect(rig.ending == .open)
        rig.router.answer()
        let routed = try rig.takeAnswers()
        #expect(routed.map(\.status) == [200])
        #expect(routed.first?["connection"] == "close")
        #expect(rig.ending == .closed)

        let gate = try EdgeRig(seed)
        defer { gate.finish() }
        let line = "GET \(GoldenAnswerTests.status) HTTP/1.1"
        try gate.channel.writeInbound(
            ByteBuffer(string: "\(line)\r\nHost: a\r\nAuthorization: Bearer \(account.token)\r\n\r\n")
        )
        gate.endInput()
        #expect(try gate.takeAnswers().map(\.status) == [200])
        #expect(gate.ending == .closed)
    }

    @Test func `a client that closes its side gets the answers to all it has pipelined`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.routed + Self.alive + Self.routed + Self.alive)
        rig.endInput()
        rig.router.answer()
        rig.turn()
        rig.router.answer()
        rig.turn()
        let answers = try rig.takeAnswers()
        #expect(answers.map(\.status) == [200, 200, 200, 200])
        #expect(answers.compactMap { $0["connection"] }.last == "close")
        #expect(rig.ending == .closed)
    }

    @Test func `a client that vanishes during its verification disturbs nobody`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let line = "GET \(GoldenAnswerTests.status) HTTP/1.1"
        let request = "\(line)\r\nHost: a\r\nAuthorization: Bearer \(account.token)\r\n\r\n"
        let rig = try EdgeRig(seed)
        let other = try EdgeRig(seed, beside: rig)
        defer { other.finish() }
        try rig.channel.writeInbound(ByteBuffer(string: request + request))
        try other.channel.writeInbound(ByteBuffer(string: request))
        rig.channel.close(promise: nil)
        other.turn()
        #expect(try other.takeAnswers().map(\.status) == [200])
    }

    @Test func `a client that vanishes while the router works disturbs nobody`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        try rig.send(Self.routed + Self.alive + Self.routed)
        let router = rig.router
        _ = try? rig.channel.finish()
        router.answer()
        #expect(rig.loop.metrics.counts.openConnections == 0)
    }

    @Test func `an idle connection is closed when the server stops`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.alive)
        rig.quiesce()
        #expect(rig.ending == .closed)
    }

    @Test func `a busy connection ends with its answer when the server stops`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.routed)
        rig.quiesce()
        #expect(rig.ending == .open)
        rig.router.answer()
        let answers = try rig.takeAnswers()
        #expect(answers.first?["connection"] == "close")
        #expect(rig.ending == .lingering)
    }

    @Test func `a request half sent is answered when the server stops`() async throws {
        let seed = try await SeededStore.shared.value
        for (first, second) in [
            ("GET /health/al", "ive HTTP/1.1\r\nHost: a\r\n\r\n"),
            ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na", "b"),
        ] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send(first)
            rig.quiesce()
            #expect(rig.ending == .open)
            try rig.send(second)
            if !rig.router.heads.isEmpty { rig.router.answer() }
            let answers = try rig.takeAnswers()
            #expect(answers.map(\.status) == [200])
            #expect(answers.first?["connection"] == "close")
            #expect(rig.ending == .lingering)
        }
    }

    @Test func `a half-sent request does not hold up a stop`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
        rig.quiesce()
        rig.pass(.seconds(11))
        #expect(rig.ending == .closed)
    }
}
