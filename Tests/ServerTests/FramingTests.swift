import NIOCore
import Testing

/// Bytes in, bytes out: a message that two readers could take for two different ones is refused, and its connection ends.
struct FramingTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: String
        let status: Int
        let reason: String

        init(_ name: String, _ bytes: String, _ status: Int = 400, _ reason: String = "INVALID_DATA") {
            testDescription = name
            self.bytes = bytes
            self.status = status
            self.reason = reason
        }

        /// A POST with the fields in question, and a body.
        init(
            _ name: String,
            post fields: String,
            _ body: String = "abc",
            _ status: Int = 400,
            _ reason: String = "INVALID_DATA"
        ) {
            self.init(name, "POST /x HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)", status, reason)
        }
    }

    static let lengths = [
        Refused("a length and chunked", post: "Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        Refused("chunked and a length", post: "Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n"),
        Refused("two lengths", post: "Content-Length: 3\r\nContent-Length: 4"),
        Refused("two equal lengths", post: "Content-Length: 3\r\nContent-Length: 3"),
        Refused("a list of lengths", post: "Content-Length: 3, 3"),
        Refused("a length with a plus", post: "Content-Length: +3"),
        Refused("a negative length", post: "Content-Length: -1"),
        Refused("a length of 2^64", post: "Content-Length: 18446744073709551616"),
        Refused("a hexadecimal length", post: "Content-Length: 0x3"),
        Refused("an empty length", post: "Content-Length: "),
        Refused("a space before the colon", post: "Content-Length : 3"),
    ]

    static let codings = [
        Refused("a coding that ends in chunked", post: "Transfer-Encoding: xchunked", "0\r\n\r\n"),
        Refused("chunked, then identity", post: "Transfer-Encoding: chunked, identity", "0\r\n\r\n"),
        Refused("chunked twice", post: "Transfer-Encoding: chunked, chunked", "0\r\n\r\n"),
        Refused("chunked in two fields", post: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        Refused("an empty element", post: "Transfer-Encoding: , chunked", "0\r\n\r\n", 501, "NOT_IMPLEMENTED"),
        Refused("gzip, then chunked", post: "Transfer-Encoding: gzip, chunked", "0\r\n\r\n", 501, "NOT_IMPLEMENTED"),
        Refused("gzip alone", post: "Transfer-Encoding: gzip", "0\r\n\r\n"),
        Refused(
            "a transfer coding in HTTP/1.0",
            "POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        Refused("a chunk size that is no number", post: "Transfer-Encoding: chunked", "zz\r\n"),
        Refused("a chunk size over 2^64", post: "Transfer-Encoding: chunked", "10000000000000000\r\n"),
        Refused("a chunk longer than it says", post: "Transfer-Encoding: chunked", "2\r\nabc\r\n0\r\n\r\n"),
    ]

    static let bytes = [
        Refused("bare line feeds", "GET /x HTTP/1.1\nHost: a\n\n"),
        Refused("a bare line feed after the request line", "GET /x HTTP/1.1\nHost: a\r\n\r\n"),
        Refused("a bare line feed ahead of a request", "\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused("a bare line feed as the empty line", "GET /x HTTP/1.1\r\nHost: a\r\n\n"),
        Refused("a bare line feed in HTTP/0.9", "GET /x\n"),
        Refused("a bare line feed after a chunk size", post: "Transfer-Encoding: chunked", "1\na\r\n0\r\n\r\n"),
        Refused("a bare line feed after a chunk", post: "Transfer-Encoding: chunked", "1\r\na\n0\r\n\r\n"),
        Refused("a bare line feed at the end", post: "Transfer-Encoding: chunked", "1\r\na\r\n0\r\n\n"),
        Refused("a bare line feed after a field", "GET /x HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
        Refused("a bare carriage return in a value", "GET /x HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
        Refused("a NUL in a value", "GET /x HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"),
        Refused("a NUL in a name", "GET /x HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n"),
        Refused("a folded line", "GET /x HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"),
        Refused("a field without a name", "GET /x HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
        Refused("a method that is none", "FETCH /x HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused("a control character in the target", "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Refused("the first bytes of TLS", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}"),
    ]

    static let sizes = [
        Refused(
            "100 kB of target",
            "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
            431,
            "HEADERS_TOO_LARGE"
        ),
        Refused(
            "a target over 8 KiB",
            "GET /\(String(repeating: "a", count: 8192)) HTTP/1.1\r\nHost: a\r\n\r\n",
            414,
            "URI_TOO_LONG"
        ),
        Refused(
            "100 kB of one field",
            "GET /x HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 100_000))\r\n\r\n",
            431,
            "HEADERS_TOO_LARGE"
        ),
        Refused(
            "1,001 fields",
            "GET /x HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 1000))\r\n",
            431,
            "HEADERS_TOO_LARGE"
        ),
        Refused(
            "a field name without an end",
            "GET /x HTTP/1.1\r\n\(String(repeating: "a", count: 40_000))",
            431,
            "HEADERS_TOO_LARGE"
        ),
        Refused("a body announced over 16 KiB", post: "Content-Length: 16385", "a", 413, "PAYLOAD_TOO_LARGE"),
        Refused(
            "17 KiB in chunks",
            post: "Transfer-Encoding: chunked",
            "4400\r\n\(String(repeating: "a", count: 0x4400))\r\n0\r\n\r\n",
            413,
            "PAYLOAD_TOO_LARGE"
        ),
    ]

    @Test(arguments: lengths + codings + bytes + sizes)
    func `is answered once, and the connection ends`(_ refused: Refused) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(refused.bytes, inPiecesOf: 2048)
        let answers = try rig.takeAnswers()
        #expect(answers.map(\.status) == [refused.status])
        #expect(answers.map(\.reason) == [refused.reason])
        #expect(answers.first?["connection"] == "close")
        #expect(rig.ending != .open)
        #expect(rig.router.ends == 0, "a router that acts on a whole request has not seen one")
        // Nothing that follows is taken for a request.
        try rig.send("GET /health/alive HTTP/1.1\r\nHost: a\r\n\r\n")
        rig.pass(.seconds(1))
        #expect(rig.takeText() == "")
        #expect(rig.ending == .closed)
    }

    @Test(arguments: lengths + codings + bytes + sizes)
    func `is refused as well when it comes in small pieces`(_ refused: Refused) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(refused.bytes, inPiecesOf: refused.bytes.utf8.count > 2000 ? 997 : 1)
        #expect(try rig.takeAnswers().map(\.reason) == [refused.reason])
        #expect(rig.ending != .open)
    }

    @Test func `two thousand trailers are refused`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        let trailers = (0..<2000).map { "T\($0): x\r\n" }.joined()
        try rig.send(
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\(trailers)\r\n",
            inPiecesOf: 2048
        )
        #expect(try [["INVALID_DATA"], ["HEADERS_TOO_LARGE"]].contains(rig.takeAnswers().map(\.reason)))
        #expect(rig.router.ends == 0)
        #expect(rig.ending == .lingering)
    }

    /// The decoder hides chunk extensions, so what is not body is bounded: 256 bytes and 32 for each chunk.
    @Test(arguments: [64, 2048, 65_536], ["extension", "trailer"])
    func `60 kB of framing are refused, however they are read`(_ size: Int, _ kind: String) async throws {
        let seed = try await SeededStore.shared.value
        let padding = String(repeating: "x", count: 60_000)
        let chunks = kind == "extension" ? "1;e=\(padding)\r\na\r\n0\r\n\r\n" : "1\r\na\r\n0\r\nX: \(padding)\r\n\r\n"
        let post = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)"
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(post + PipeliningTests.alive, inPiecesOf: size)
        #expect(try rig.takeAnswers().map(\.reason) == ["INVALID_DATA"])
        #expect(rig.router.news == [.error])
        #expect(rig.router.ends == 0)

        let slow = try EdgeRig(seed)
        defer { slow.finish() }
        try slow.send(PipeliningTests.routed + post, inPiecesOf: 65_536)
        #expect(!slow.readsPass)
        slow.router.answer()
        #expect(try slow.takeAnswers().map(\.status) == [200, 400])
        #expect(slow.router.ends == 1)
    }

    /// 256 bytes and 32 for each chunk, the last one included, that they share.
    @Test(arguments: [(0, true), (1, false)]) func `framing is counted to the byte`(_ excess: Int, _ passes: Bool)
        async throws
    {
        let seed = try await SeededStore.shared.value
        for size in [1, 100, 65_536] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            let rest = "\r\na\r\n0\r\n\r\n"
            let padding = String(repeating: "x", count: 288 - "1;".utf8.count - 2 + excess)
            let chunks = "1;\(padding)\(rest)"
            try rig.send(
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)\(PipeliningTests.routed)",
                inPiecesOf: size
            )
            #expect(rig.router.ends == (passes ? 1 : 0))
            #expect(try rig.takeAnswers().map(\.status) == (passes ? [] : [400]))
        }
    }

    /// Two messages of one read, cut at every place there is.
    @Test func `where a read ends changes nothing`() async throws {
        let seed = try await SeededStore.shared.value
        let chunked = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\nb\r\n0\r\nT: x\r\n\r\n"
        let counted = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nc\r\n\nd"
        let bytes = Array((chunked + "\r\n" + counted + PipeliningTests.alive).utf8)
        for cut in 1..<bytes.count {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send(Array(bytes[..<cut]))
            try rig.send(Array(bytes[cut...]))
            rig.router.answer()
            rig.router.answer()
            #expect(try rig.takeAnswers().map(\.status) == [200, 200, 200], "cut at \(cut)")
            #expect(rig.router.body == "a\nbc\r\n\nd")
        }
    }

    @Test(arguments: [1, 7, 64, 2048])
    func `a chunked body of many small chunks passes`(_ size: Int) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        let chunks = String(repeating: "1\r\na\r\n", count: 3000)
        try rig.send(
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-Wide:      y\r\n\r\n\(chunks)0\r\n\r\n",
            inPiecesOf: size
        )
        #expect(rig.router.body.utf8.count == 3000)
        #expect(rig.router.ends == 1)
        #expect(rig.takeText() == "")
    }

    @Test func `what is not body is counted for each message alone`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        let target = "http://\(String(repeating: "h", count: 1000))/x"
        for _ in 0..<5 {
            // A read that ends in the middle of a body, after other messages and behind a long absolute target.
            try rig.send(
                String(repeating: "GET /health/alive HTTP/1.1\r\nHost: a\r\n\r\n", count: 20)
                    + "POST \(target) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"
            )
            try rig.send("c\r\n0\r\n\r\n")
            rig.router.answer()
        }
        #expect(
            try rig.takeAnswers().map(\.status)
                == Array(repeating: Array(repeating: 200, count: 21), count: 5).flatMap(\.self)
        )
        #expect(rig.ending == .open)
    }
}
