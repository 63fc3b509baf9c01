import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// Requests that do not wait for the answers before theirs.
struct PipeliningTests {
    static let alive = "GET /health/alive HTTP/1.1\r\nHost: a\r\n\r\n"
    static let routed = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `no answer overtakes the router's`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        let status =
            "GET \(GoldenAnswerTests.status) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(account.token)\r\n\r\n"
        try rig.send(Self.routed + status + Self.routed + Self.alive)
        #expect(rig.takeText() == "")
        #expect(rig.router.heads.count == 1, "the router works on one request at a time")
        rig.router.answer(.ok, "first")
        rig.turn()
        let two = try rig.takeAnswers()
        #expect(two.map(\.status) == [200, 200])
        #expect(two.first?.body == "first")
        #expect(two.last?.body.contains(account.email) == true)
        #expect(rig.router.heads.count == 2)
        rig.router.answer(.notFound, "second")
        #expect(try rig.takeAnswers().map(\.body) == ["second", #"{"status":"alive"}"#])
        #expect(rig.ending == .open)
    }

    @Test func `fifty mixed requests are answered in order`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(String(repeating: Self.routed + Self.alive, count: 25), inPiecesOf: 31)
        var bodies: [String] = []
        for number in 0..<25 {
            #expect(rig.router.ends == number + 1)
            rig.router.answer(.ok, "\(number)")
            bodies += ["\(number)", #"{"status":"alive"}"#]
        }
        #expect(try rig.takeAnswers().map(\.body) == bodies)
    }

    @Test func `1,500 requests of one read are all answered`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(String(repeating: Self.alive, count: 1500))
        #expect(try rig.takeAnswers().map(\.status) == Array(repeating: 200, count: 1500))
        #expect(rig.ending == .open)
    }

    @Test func `1,500 requests behind a slow one are all answered, and nothing is read before`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.routed)
        #expect(rig.readsPass, "the router may still want to see its client go")
        try rig.send(String(repeating: Self.alive, count: 1500))
        #expect(!rig.readsPass)
        let reads = rig.wire.reads
        rig.router.answer()
        #expect(try rig.takeAnswers().map(\.status) == Array(repeating: 200, count: 1501))
        #expect(rig.wire.reads == reads + 1, "the read that was held is made up for")
        #expect(rig.readsPass)
    }

    @Test func `1,500 verifications of one read are all answered`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        let status =
            "GET \(GoldenAnswerTests.status) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(account.token)\r\n\r\n"
        try rig.send(String(repeating: status, count: 1500))
        #expect(try rig.takeAnswers().map(\.status) == Array(repeating: 200, count: 1500))
        #expect(rig.readsPass)
    }

    @Test func `nothing is answered after a request that ends the connection`() async throws {
        let seed = try await SeededStore.shared.value
        for request in [
            "GET /health/alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        ] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send(request + Self.alive + Self.routed)
            let isRouted = !rig.router.heads.isEmpty
            if isRouted { rig.router.answer() }
            #expect(try rig.takeAnswers().map(\.status) == [200])
            #expect(rig.router.heads.count == (isRouted ? 1 : 0))
            #expect(rig.ending == .lingering)
        }
    }

    @Test func `a malformed request behind a slow one is refused in its turn`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.routed + Self.alive + "GET /x HTTP/1.1\r\nHost : a\r\n\r\n")
        #expect(rig.takeText() == "")
        #expect(!rig.readsPass, "after bytes that no decoder takes nothing is worth reading")
        rig.router.answer()
        #expect(try rig.takeAnswers().map(\.status) == [200, 200, 400])
        #expect(rig.ending == .lingering)
    }

    @Test func `garbage alone behind a slow request is not read on`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.routed + "\u{1}\u{2}\u{3}\r\n\r\n")
        #expect(!rig.readsPass)
        rig.router.answer()
        #expect(try rig.takeAnswers().map(\.status) == [200, 400])
    }

    @Test func `a body behind a slow request reaches the router whole`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.routed + "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
        rig.router.answer()
        #expect(rig.router.heads.count == 2)
        #expect(rig.readsPass)
        try rig.send("def" + Self.alive)
        #expect(rig.router.body == "abcdef")
        rig.router.answer()
        #expect(try rig.takeAnswers().map(\.status) == [200, 200, 200])
    }

    @Test func `two connections of a loop are verified in one turn`() async throws {
        let seed = try await SeededStore.shared.value
        let accounts = [try await seed.signedIn(), try await seed.signedIn()]
        let first = try EdgeRig(seed)
        let rigs = [first, try EdgeRig(seed, beside: first)]
        defer { rigs.forEach { $0.finish() } }
        for (rig, account) in zip(rigs, accounts) {
            let line = "GET \(GoldenAnswerTests.status) HTTP/1.1"
            let request = "\(line)\r\nHost: a\r\nAuthorization: Bearer \(account.token)\r\n\r\n"
            try rig.channel.writeInbound(ByteBuffer(string: request))
            #expect(rig.takeText() == "", "the snapshot opens after the last request of the turn")
        }
        first.turn()
        for (rig, account) in zip(rigs, accounts) {
            let answers = try rig.takeAnswers()
            #expect(answers.map(\.status) == [200])
            #expect(answers.first?.body.contains(account.email) == true)
        }
    }
}
