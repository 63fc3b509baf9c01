import NIOCore
import Testing

/// How long a connection may take, on a clock that the test moves.
struct ConnectionTimeTests {
    static let alive = PipeliningTests.alive

    @Test func `a header that drips is refused 5 s after its first byte`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        rig.pass(.seconds(30))
        for byte in "GET /" {
            try rig.send(String(byte))
            rig.pass(.milliseconds(999))
        }
        #expect(rig.takeText() == "")
        rig.pass(.milliseconds(5))
        let answers = try rig.takeAnswers()
        #expect(answers.map(\.reason) == ["REQUEST_TIMEOUT"])
        #expect(answers.first?["connection"] == "close")
        #expect(rig.ending == .lingering)
        rig.pass(.seconds(1))
        #expect(rig.ending == .closed)
    }

    @Test func `a header that drips behind another request is refused as well`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(Self.alive + "GET /hea")
        #expect(try rig.takeAnswers().map(\.status) == [200])
        rig.pass(.milliseconds(4000))
        try rig.send("l")
        rig.pass(.milliseconds(999))
        #expect(rig.takeText() == "")
        rig.pass(.milliseconds(1))
        #expect(try rig.takeAnswers().map(\.reason) == ["REQUEST_TIMEOUT"])
    }

    @Test func `half a header behind a slow answer is as old as its first byte`() async throws {
        let seed = try await SeededStore.shared.value
        for (wait, patience) in [(3, 2000), (7, 0)] as [(Int64, Int64)] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send(PipeliningTests.routed + "GET /hea")
            rig.pass(.seconds(wait))
            rig.router.answer()
            #expect(try rig.takeAnswers().map(\.status) == [200])
            if patience > 0 {
                rig.pass(.milliseconds(patience - 1))
                #expect(rig.takeText() == "")
            }
            rig.pass(.milliseconds(1))
            #expect(try rig.takeAnswers().map(\.reason) == ["REQUEST_TIMEOUT"])
        }
    }

    /// With whole requests waiting the gate does not read: the rest of the header may long be there.
    @Test func `time in which nothing was read is not held against a header`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(PipeliningTests.routed + Self.alive + "GET /hea")
        #expect(!rig.readsPass)
        rig.pass(.seconds(7))
        rig.router.answer()
        #expect(try rig.takeAnswers().map(\.status) == [200, 200])
        rig.pass(.milliseconds(4999))
        #expect(rig.takeText() == "")
        rig.pass(.milliseconds(1))
        #expect(try rig.takeAnswers().map(\.reason) == ["REQUEST_TIMEOUT"])
    }

    @Test func `a client that reads no answers is read no more, and has 10 s to begin`() async throws {
        let seed = try await SeededStore.shared.value
        for reads in [true, false] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send(Self.alive)
            rig.setWritable(false)
            #expect(!rig.readsPass)
            rig.pass(.milliseconds(9999))
            #expect(rig.ending == .open)
            if reads {
                let before = rig.wire.reads
                rig.setWritable(true)
                #expect(rig.wire.reads == before + 1, "the read that was held is made up for")
                #expect(rig.readsPass)
            }
            rig.pass(.milliseconds(1))
            #expect(rig.ending == (reads ? .open : .closed))
        }
    }

    @Test(arguments: [1, 3, 9])
    func `a body that drips is refused 10 s after the request's first byte`(_ seconds: Int64) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<(9 / seconds) {
            rig.pass(.seconds(seconds))
            try rig.send("a")
        }
        #expect(rig.takeText() == "")
        rig.pass(.seconds(1))
        let answers = try rig.takeAnswers()
        #expect(answers.map(\.reason) == ["REQUEST_TIMEOUT"])
        #expect(rig.router.news == [.error], "a router that waits for the body is woken")
        rig.pass(.seconds(1))
        #expect(rig.ending == .closed)
    }

    @Test func `a router may take its time`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(PipeliningTests.routed)
        rig.pass(.seconds(200))
        #expect(rig.ending == .open)
        rig.router.answer()
        #expect(try rig.takeAnswers().map(\.status) == [200])
        rig.pass(.milliseconds(74_999))
        #expect(rig.ending == .open)
        rig.pass(.milliseconds(1))
        #expect(rig.ending == .closed)
    }

    @Test func `a connection without a request is closed after 75 s, without an answer`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        rig.pass(.milliseconds(74_999))
        #expect(rig.ending == .open)
        rig.pass(.milliseconds(1))
        #expect(rig.ending == .closed)
        #expect(rig.takeText() == "")
    }

    @Test func `each request begins the 75 s anew`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        for _ in 0..<10 {
            rig.pass(.seconds(74))
            try rig.send(Self.alive)
            #expect(try rig.takeAnswers().map(\.status) == [200])
        }
        #expect(rig.ending == .open)
    }

    @Test func `a connection an hour old ends with its next answer`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        for _ in 0..<60 {
            try rig.send(Self.alive)
            #expect(try rig.takeAnswers().first?["connection"] == nil)
            rig.pass(.seconds(59))
        }
        // 59 minutes; the request that is on its way at the full hour is answered.
        try rig.send(PipeliningTests.routed)
        rig.pass(.seconds(61))
        #expect(rig.ending == .open)
        rig.router.answer()
        _ = try rig.takeAnswers()
        if rig.ending == .open { try rig.send(Self.alive) }
        let last = try rig.takeAnswers()
        #expect(last.isEmpty || last.first?["connection"] == "close")
        rig.pass(.seconds(1))
        #expect(rig.ending == .closed)
    }

    @Test func `a busy connection an hour old is told so`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(PipeliningTests.routed)
        rig.pass(.hours(1))
        rig.pass(.milliseconds(1))
        rig.router.answer()
        let answers = try rig.takeAnswers()
        #expect(answers.map(\.status) == [200])
        #expect(answers.first?["connection"] == "close")
        #expect(rig.ending == .lingering)
    }

    @Test func `an idle connection an hour old is closed`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        for _ in 0..<59 {
            try rig.send(Self.alive)
            rig.pass(.seconds(60))
        }
        try rig.send(Self.alive)
        #expect(try rig.takeAnswers().count == 60)
        rig.pass(.seconds(59))
        #expect(rig.ending == .open)
        rig.pass(.seconds(1))
        #expect(rig.ending == .closed)
    }
}
