import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// The rules on a request's header that the decoder leaves to us.
struct HeaderRulesTests {
    struct Probe: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: String
        /// Nil when the request passes to the router.
        let status: Int?

        init(_ name: String, _ request: String, _ status: Int?) {
            testDescription = name
            self.request = request
            self.status = status
        }
    }

    static let probes = [
        Probe("no Host", "GET /x HTTP/1.1\r\n\r\n", 400),
        Probe("two Hosts", "GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        Probe("two Hosts in HTTP/1.0", "GET /x HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        Probe("no Host in HTTP/1.0", "GET /x HTTP/1.0\r\n\r\n", nil),
        Probe("an empty Host", "GET /x HTTP/1.1\r\nHost:\r\n\r\n", nil),
        Probe("a Host with a slash", "GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        Probe("a Host with a user", "GET /x HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
        Probe("a Host with a space", "GET /x HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        Probe("a list of Hosts", "GET /x HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
        Probe("a Host of IPv6 with a port", "GET /x HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", nil),
        Probe("Expect: 100-continue without a body", "GET /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", nil),
        Probe("Expect: foo", "POST /x HTTP/1.1\r\nHost: a\r\nExpect: foo\r\nContent-Length: 3\r\n\r\n", 417),
        Probe("a list of expectations", "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, foo\r\n\r\n", 417),
        Probe(
            "a compressed body",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            415
        ),
        Probe("compression of no body", "GET /x HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n\r\n", nil),
        Probe(
            "a body that says it is as it is",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Encoding: Identity\r\nContent-Length: 0\r\n\r\n",
            nil
        ),
        Probe("TRACE", "TRACE /x HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        Probe("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501),
        Probe("an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", nil),
        Probe("a target without a slash", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Probe("a target of another scheme", "GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Probe("an absolute target", "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n", nil),
        Probe("HTTP/1.2", "GET /x HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        Probe("HTTP/0.9", "GET /x HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        Probe("HTTP/2.0", "GET /x HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        Probe(
            "a header of 30 KiB",
            "GET /x HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 30_000))\r\n\r\n",
            nil
        ),
        Probe("127 fields", "GET /x HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 126))\r\n", nil),
        Probe("a target of 8 KiB", "GET /\(String(repeating: "a", count: 8191)) HTTP/1.1\r\nHost: a\r\n\r\n", nil),
        Probe(
            "a body of 16 KiB",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 16384\r\n\r\n\(String(repeating: "a", count: 16384))",
            nil
        ),
        Probe("empty lines ahead of a request", "\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", nil),
    ]

    @Test(arguments: probes)
    func `are enforced before anything is done for the request`(_ probe: Probe) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send(probe.request)
        if let status = probe.status {
            let answers = try rig.takeAnswers()
            #expect(answers.map(\.status) == [status])
            #expect(answers.first?.reason != nil)
            #expect(answers.first?["connection"] == "close")
            #expect(rig.router.heads.isEmpty)
            #expect(rig.ending == .lingering)
        } else {
            #expect(rig.takeText() == "")
            #expect(rig.router.ends == 1)
            #expect(rig.router.heads.map(\.uri).allSatisfy { $0.hasPrefix("/") || $0 == "*" })
        }
    }

    @Test func `a client that expects it is told to go on at once`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
        #expect(rig.takeText() == "HTTP/1.1 100 Continue\r\n\r\n")
        try rig.send("abc")
        rig.router.answer()
        #expect(try rig.takeAnswers().map(\.status) == [200])
        #expect(rig.ending == .open)
    }

    @Test func `a client whose body is too long is not told to go on`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 20000\r\n\r\n")
        #expect(try rig.takeAnswers().map(\.status) == [413])
    }

    /// RFC 9110 section 10.1.1: an HTTP/1.0 client would take the 100 for its answer.
    @Test func `an HTTP 1.0 client is never told to go on`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        #expect(rig.takeText() == "")
        try rig.send("abc")
        #expect(rig.router.ends == 1)
    }

    @Test(
        arguments: [
            ("HTTP/1.1", "", "keeps", nil), ("HTTP/1.1", "Connection: close", "ends", "close"),
            ("HTTP/1.1", "Connection: Close", "ends", "close"),
            ("HTTP/1.1", "Connection: foo ,\tCLOSE", "ends", "close"),
            ("HTTP/1.1", "Connection: foo\r\nConnection: close", "ends", "close"),
            ("HTTP/1.1", "Connection: closed", "keeps", nil), ("HTTP/1.1", "Connection: keep-alive", "keeps", nil),
            ("HTTP/1.0", "", "ends", "close"), ("HTTP/1.0", "Connection: Keep-Alive", "keeps", "keep-alive"),
            ("HTTP/1.0", "Connection: keep-alive, close", "ends", "close"),
        ] as [(String, String, String, String?)]
    )
    func `the connection stays or ends as the client asks`(
        _ version: String,
        _ field: String,
        _ fate: String,
        _ told: String?
    ) async throws {
        let seed = try await SeededStore.shared.value
        let line = field.isEmpty ? "" : field + "\r\n"
        for (path, isRouted) in [("/health/alive", false), ("/x", true)] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send("GET \(path) \(version)\r\nHost: a\r\n\(line)\r\n")
            if isRouted { rig.router.answer() }
            let answers = try rig.takeAnswers()
            #expect(answers.map(\.status) == [200])
            #expect(answers.first?["connection"] == told)
            #expect(rig.ending == (fate == "keeps" ? .open : .lingering))
        }
    }

    /// A client that offers HTTP/2 in clear text (RFC 7540 section 3.2, as Java's and curl's do) is served over HTTP/1.1. The
    /// decoder reads nothing after such a request, so the connection must end with its answer.
    @Test(arguments: ["Connection", "Proxy-Connection"])
    func `an offer to upgrade is not taken, and the next request is not left without an answer`(
        _ name: String
    ) async throws {
        let seed = try await SeededStore.shared.value
        for (path, isRouted) in [("/health/alive", false), ("/x", true)] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send(
                "GET \(path) HTTP/1.1\r\nHost: a\r\n\(name): Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
            )
            if isRouted { rig.router.answer() }
            let first = try rig.takeAnswers()
            #expect(first.map(\.status) == [200])
            if rig.ending == .open {
                try rig.send("GET /health/alive HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try rig.takeAnswers().map(\.status) == [200])
            } else {
                #expect(first.first?["connection"] == "close")
            }
        }
    }

    @Test func `an answer to HEAD has no body, whoever makes it`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n")
        rig.router.answer(.ok, "routed")
        let routed = try rig.takeAnswers(bodiless: true)
        #expect(routed.map(\.status) == [200])
        #expect(routed.first?["content-length"] == "6")
        try rig.send("HEAD /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        let refused = try rig.takeAnswers(bodiless: true)
        #expect(refused.map(\.status) == [400])
        #expect(refused.first?["content-length"] != "0")
    }

    @Test(arguments: ["1", "0", "x", "1\r\nEarly-Data: 0"])
    func `early data is not the gate's to answer`(_ value: String) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("GET \(GoldenAnswerTests.status) HTTP/1.1\r\nHost: a\r\nEarly-Data: \(value)\r\n\r\n")
        #expect(rig.takeText() == "")
        #expect(rig.router.heads.count == 1)
    }

    @Test(arguments: ["?", "?a", "/", "x", "#x"])
    func `only the exact path is the gate's to answer`(_ rest: String) async throws {
        let seed = try await SeededStore.shared.value
        for path in ["/health/alive", GoldenAnswerTests.status] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send("GET \(path)\(rest) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(rig.takeText() == "")
        }
    }
}
