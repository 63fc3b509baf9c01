import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import Testing

@testable import Server

/// The edge's rules on an HTTP/2 stream, between its codec and the router.
struct StreamGateTests {
    private final class Router: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart
        typealias OutboundOut = HTTPResponsePart

        var seen: [String] = []
        var context: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) {
            self.context = context
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            self.context = nil
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): seen.append(head.path ?? "")
            case .body(let bytes): seen.append(String(buffer: bytes))
            case .end: seen.append("end")
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            seen.append(error is HTTPParserError ? "error" : "another error")
        }

        func channelInactive(context: ChannelHandlerContext) {
            seen.append("inactive")
        }

        func answer() {
            let fields: HTTPFields = [.contentLength: "6"]
            for part in [
                HTTPResponsePart.head(HTTPResponse(status: .ok, headerFields: fields)),
                .body(ByteBuffer(string: "routed")), .end(nil),
            ] { context?.writeAndFlush(wrapOutboundOut(part), promise: nil) }
        }
    }

    private struct Rig {
        let channel = EmbeddedChannel()
        let router = Router()

        init(_ seed: SeededStore) throws {
            let site = EdgeSite(
                rules: EdgeRules(limits: EdgeLimits(), siteMap: SiteMap(basePath: "/api/1.1/wf")),
                authority: seed.authority,
                commonFields: CommonFields(cors: .anyOrigin, hsts: "max-age=60"),
                accessLog: AccessLog(logger: .silent, trustedProxies: .none),
                allowsPreflight: false,
                logger: .silent
            )
            let loop = try EdgeLoop(eventLoop: channel.eventLoop, store: seed.store)
            try channel.pipeline.syncOperations.addHandler(StreamGate(site: site, loop: loop))
            try channel.pipeline.syncOperations.addHandler(router)
            channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        }

        func send(_ method: HTTPRequest.Method, _ path: String, _ fields: HTTPFields = [:]) throws {
            let head = HTTPRequest(method: method, scheme: "https", authority: "a", path: path, headerFields: fields)
            try channel.writeInbound(HTTPRequestPart.head(head))
        }

        func send(body: String) throws {
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: body)))
        }

        func end() throws {
            try channel.writeInbound(HTTPRequestPart.end(nil))
        }

        /// Status, fields and body of what was answered; nil when nothing was.
        func answer() throws -> (status: Int, fields: HTTPFields, body: String)? {
            guard case .head(let head)? = try channel.readOutbound(as: HTTPResponsePart.self) else { return nil }
            var body = ""
            while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
                if case .body(let bytes) = part { body += String(buffer: bytes) }
            }
            return (head.status.code, head.headerFields, body)
        }
    }

    @Test func `a request passes and its answer carries the common fields`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(.post, "/api/1.1/wf/x")
        try rig.send(body: "abc")
        try rig.end()
        #expect(rig.router.seen == ["/api/1.1/wf/x", "abc", "end"])
        rig.router.answer()
        let answer = try #require(try rig.answer())
        #expect(answer.status == 200)
        #expect(answer.body == "routed")
        #expect(answer.fields[.cacheControl] == "no-store")
        #expect(answer.fields[.strictTransportSecurity] == "max-age=60")
        #expect(answer.fields[.accessControlAllowOrigin] == "*")
        #expect(answer.fields[.connection] == nil, "RFC 9113 section 8.2.2 forbids it")
    }

    static let refusals: [(HTTPRequest.Method, String, HTTPFields, Int)] = [
        (.get, "/" + String(repeating: "a", count: 8192), [:], 414),
        (.post, "/x", [.contentLength: "16385"], 413), (.post, "/x", [.expect: "foo"], 417),
        (.post, "/x", [.contentLength: "3", .contentEncoding: "gzip"], 415), (.connect, "a:443", [:], 501),
        (.get, "x", [:], 400), (.get, "", [:], 400), (.get, "/x", [host: "b"], 400), (.get, "/x", hosts, 400),
        (.get, "/x", HTTPFields((0..<129).map { HTTPField(name: extra, value: "\($0)") }), 431),
    ]

    private static let host = HTTPField.Name("host").unsafelyUnwrapped
    private static let extra = HTTPField.Name("x").unsafelyUnwrapped
    private static let hosts = HTTPFields([HTTPField(name: host, value: "a"), HTTPField(name: host, value: "a")])

    @Test func `a Host that is the authority's passes, and so does none`() async throws {
        let seed = try await SeededStore.shared.value
        for fields in [[:], [Self.host: "a"]] as [HTTPFields] {
            let rig = try Rig(seed)
            try rig.send(.get, "/x", fields)
            #expect(rig.router.seen == ["/x"])
        }
    }

    @Test func `a client that leaves its answer unread for 10 s loses the stream`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(.get, "/x")
        try rig.end()
        rig.router.answer()
        rig.channel.embeddedEventLoop.advanceTime(by: .milliseconds(9999))
        #expect(rig.channel.isActive)
        rig.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!rig.channel.isActive)
    }

    @Test(arguments: refusals)
    func `a header against the rules is refused before the router sees it`(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ fields: HTTPFields,
        _ status: Int
    ) async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(method, path, fields)
        let answer = try #require(try rig.answer())
        #expect(answer.status == status)
        #expect(answer.fields[.contentType] == "application/json; charset=utf-8")
        #expect(answer.fields[.contentLength] == String(answer.body.utf8.count))
        #expect(answer.fields[.date] != nil)
        #expect(!rig.router.seen.contains(path))
        try rig.end()
        #expect(!rig.channel.isActive)
    }

    /// The router takes a stream's end for the body's: what it had of a refused body would count as whole.
    @Test func `a body over the limit is an error to the router, never a whole body`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(.post, "/x")
        try rig.send(body: String(repeating: "a", count: 16 * 1024))
        try rig.send(body: "a")
        #expect(try rig.answer()?.status == 413)
        #expect(rig.router.seen.count == 3)
        #expect(rig.router.seen.last == "error")
    }

    @Test func `the rest of a refused request is swallowed up to 64 KiB or for a second`() async throws {
        let seed = try await SeededStore.shared.value
        for isSilent in [true, false] {
            let rig = try Rig(seed)
            try rig.send(.post, "/x", [.contentLength: "99999999"])
            #expect(try rig.answer()?.status == 413)
            if isSilent {
                rig.channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
                #expect(rig.channel.isActive)
                rig.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
            } else {
                for _ in 0..<64 { try rig.send(body: String(repeating: "a", count: 1024)) }
                rig.channel.close(promise: nil)
                #expect(rig.channel.isActive, "a router that is done does not cut the answer off")
                try rig.send(body: "a")
            }
            #expect(!rig.channel.isActive)
        }
    }

    @Test func `a body that drips is an error to the router, never a whole body`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(.post, "/x")
        for _ in 0..<9 {
            rig.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try rig.send(body: "a")
        }
        #expect(try rig.answer() == nil)
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try rig.answer()?.status == 408)
        #expect(rig.router.seen.last == "error")
        rig.router.answer()
        #expect(try rig.answer() == nil)
    }

    @Test func `a stream that ends before its request is an error to the router, never a whole body`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(.post, "/x")
        try rig.send(body: "abc")
        _ = try? rig.channel.finish()
        #expect(rig.router.seen == ["/x", "abc", "error", "inactive"])
    }

    @Test func `a reset stream is an error to the router of the kind it ends quietly with`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(.post, "/x")
        rig.channel.pipeline.fireErrorCaught(CancellationError())
        _ = try? rig.channel.finish()
        #expect(rig.router.seen == ["/x", "error", "inactive"])
    }

    @Test func `a stream whose request is whole ends without an error`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(.get, "/x")
        try rig.end()
        rig.router.answer()
        _ = try? rig.channel.finish()
        #expect(rig.router.seen == ["/x", "end", "inactive"])
    }

    @Test func `a router may take its time once the request is whole`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try Rig(seed)
        try rig.send(.get, "/x")
        try rig.end()
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        rig.router.answer()
        #expect(try rig.answer()?.status == 200)
    }
}
