import Auth
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Server

/// An HTTP/1 connection's edge on NIO's testing channel: bytes in, bytes out, time in the test's hands.
///
/// Make it after the last `await` of a test: the loop belongs to the thread that made it.
final class EdgeRig {
    let channel: EmbeddedChannel
    let wire = Wire()
    let router = RouterDouble()
    let loop: EdgeLoop
    let site: EdgeSite

    enum Ending: Equatable {
        /// The connection waits for more.
        case open
        /// Our side is closed and what still comes is swallowed.
        case lingering
        case closed
    }

    /// `neighbour` is another connection of the same loop.
    init(
        _ seed: SeededStore,
        siteMap: SiteMap = SiteMap(basePath: "/api/1.1/wf"),
        cors: CORSPolicy = .anyOrigin,
        allowsPreflight: Bool = false,
        beside neighbour: EdgeRig? = nil
    ) throws {
        channel = EmbeddedChannel(loop: neighbour?.channel.embeddedEventLoop ?? EmbeddedEventLoop())
        loop = try neighbour?.loop ?? EdgeLoop(eventLoop: channel.eventLoop, store: seed.store)
        site = EdgeSite(
            rules: EdgeRules(limits: EdgeLimits(), siteMap: siteMap),
            authority: seed.authority,
            commonFields: CommonFields(cors: cors, hsts: nil),
            accessLog: AccessLog(logger: .silent, trustedProxies: .none),
            allowsPreflight: allowsPreflight,
            logger: .silent
        )
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(wire)
        try EdgeChannel.addHTTP1(to: pipeline, RequestGate(site: site, loop: loop), asksForReads: true)
        try pipeline.addHandler(router)
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
    }

    /// A client's bytes in one read, and what the loop then does by itself.
    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        turn()
    }

    /// The same in reads of at most `size` bytes, as a socket gives them.
    func send(_ text: String, inPiecesOf size: Int) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try send(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
    }

    /// As when the client's side of the socket is full, or has room again.
    func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
        turn()
    }

    /// Runs what is due on the loop.
    func turn() {
        channel.embeddedEventLoop.run()
    }

    func pass(_ time: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: time)
    }

    /// The client closes its side.
    func endInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        turn()
    }

    func quiesce() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        turn()
    }

    /// Whether a read that the router's side asks for now gets through to the socket.
    var readsPass: Bool {
        let before = wire.reads
        channel.pipeline.read()
        return wire.reads > before
    }

    var ending: Ending { wire.isClosed ? .closed : wire.outputIsClosed ? .lingering : .open }

    /// What has been answered since the last look.
    func takeAnswers(bodiless: Bool = false) throws -> [WireAnswer] {
        try #require(WireAnswer.all(in: takeText(), bodiless: bodiless))
    }

    func takeText() -> String {
        defer { wire.text = "" }
        return wire.text
    }

    func finish() {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}

/// Stands where the socket is: keeps what is written, and lets one side close before the other.
final class Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var text = ""
    private(set) var outputIsClosed = false
    private(set) var isClosed = false
    private(set) var reads = 0
    private(set) var writes = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        #expect(!outputIsClosed, "nothing is written after our side was closed")
        text += String(buffer: unwrapOutboundIn(data))
        writes += 1
        promise?.succeed(())
    }

    func read(context: ChannelHandlerContext) {
        reads += 1
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output:
            outputIsClosed = true
            promise?.succeed(())
            context.fireUserInboundEventTriggered(ChannelEvent.outputClosed)
        case .input:
            promise?.succeed(())
        case .all:
            isClosed = true
            context.close(mode: mode, promise: promise)
        }
    }
}
