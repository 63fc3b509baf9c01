import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOHTTPTypesHTTP2
import NIOSSL
import NIOTLS

/// A connection's pipeline: TLS, then HTTP/1 behind its `RequestGate` or HTTP/2 with a `StreamGate` a stream, then the router.
struct EdgeChannel: HTTPChannelHandler {
    typealias Requests = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<Requests>

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let protocolChoice: EventLoopFuture<NIONegotiatedHTTPVersion<Requests, Streams>>
    }

    let responder: Responder
    let site: EdgeSite
    let loops: EdgeLoops
    let shares: ConnectionShares
    let certificates: CertificateStore?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            do {
                return try setUp(channel)
            } catch {
                // Nobody else knows of it yet.
                channel.close(promise: nil)
                throw error
            }
        }
    }

    private func setUp(_ channel: any Channel) throws -> Value {
        guard shares.admits(channel) else {
            loops.on(channel.eventLoop)?.metrics.counts.refusedConnections += 1
            throw ChannelError.ioOnClosedChannel
        }
        endWhenAnswersAreNotTaken(channel)
        guard let certificates else {
            let requests = try setUpHTTP1(channel, isTLS: false)
            return Value(channel: channel, protocolChoice: channel.eventLoop.makeSucceededFuture(.http1_1(requests)))
        }
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.current()))
        return Value(channel: channel, protocolChoice: try negotiate(channel))
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            switch try? await value.protocolChoice.get() {
            case .http1_1(let requests): await handleHTTP(asyncChannel: requests, logger: logger)
            case .http2(let streams): await handle(streams, logger)
            case nil: break
            }
        }
    }

    /// What the system holds for a client that reads nothing, or is gone, no handler ever sees (RFC 5482, `tcp(7)`).
    private func endWhenAnswersAreNotTaken(_ channel: any Channel) {
        #if os(Linux)
            let userTimeout = NIOBSDSocket.Option(rawValue: 18)
            let limit = SocketOptionValue(site.limits.requestMilliseconds)
            // A local socket has no such option, and nothing on the way to lose.
            try? channel.syncOptions?.setOption(.tcpOption(userTimeout), value: limit)
        #endif
    }

    // MARK: HTTP/1

    private func setUpHTTP1(_ channel: any Channel, isTLS: Bool) throws -> Requests {
        guard let loop = loops.on(channel.eventLoop) else { throw ChannelError.inappropriateOperationForState }
        let pipeline = channel.pipeline.syncOperations
        // Below TLS the records have to be read whether or not they hold a request.
        if !isTLS { try channel.syncOptions?.setOption(.autoRead, value: false) }
        try EdgeChannel.addHTTP1(to: pipeline, RequestGate(site: site, loop: loop), asksForReads: !isTLS)
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isTLS))
        return try Requests(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }

    /// The handlers between the socket, or TLS, and the router's codec.
    static func addHTTP1(
        to pipeline: ChannelPipeline.SynchronousOperations,
        _ gate: RequestGate,
        asksForReads: Bool
    ) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = gate.site.limits.headerBytes
        decoderLimits.maxHeaderListSize = gate.site.limits.headerBytes
        decoderLimits.maxHeaderFieldCount = gate.site.limits.headerFields
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoderLimits)
        try pipeline.addHandler(ByteBudget(gate: gate, asksForReads: asksForReads))
        try pipeline.addHandler(HTTPResponseEncoder())
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(gate)
    }

    // MARK: TLS and HTTP/2

    private func negotiate(
        _ channel: any Channel
    ) throws -> EventLoopFuture<NIONegotiatedHTTPVersion<Requests, Streams>> {
        let deadline = channel.eventLoop.scheduleTask(in: .milliseconds(site.limits.handshakeMilliseconds)) {
            channel.close(promise: nil)
        }
        let negotiation = NIOTypedApplicationProtocolNegotiationHandler<NIONegotiatedHTTPVersion<Requests, Streams>> {
            result in
            channel.eventLoop.makeCompletedFuture {
                deadline.cancel()
                return switch result {
                case .negotiated("h2"): .http2(try setUpHTTP2(channel))
                case .negotiated, .fallback: .http1_1(try setUpHTTP1(channel, isTLS: true))
                }
            }
        }
        try channel.pipeline.syncOperations.addHandler(negotiation)
        return negotiation.protocolNegotiationResult
    }

    private func setUpHTTP2(_ channel: any Channel) throws -> Streams {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: site.limits.streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: site.limits.headerBytes),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ]
        try channel.pipeline.syncOperations.addHandler(HTTP2FrameTimer(limits: site.limits))
        let life = HTTP2ConnectionLife(limits: site.limits, openedAt: channel.eventLoop.now)
        let streams: Streams = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
            mode: .server,
            streamDelegate: nil,
            frameDelegate: life,
            configuration: NIOHTTP2Handler.Configuration(
                connection: connection,
                stream: NIOHTTP2Handler.StreamConfiguration()
            )
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                guard let loop = loops.on(stream.eventLoop) else { throw ChannelError.inappropriateOperationForState }
                try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
                try stream.pipeline.syncOperations.addHandler(StreamGate(site: site, loop: loop))
                return try Requests(
                    wrappingChannelSynchronously: stream,
                    configuration: .init(isOutboundHalfClosureEnabled: true)
                )
            }
        }
        try channel.pipeline.syncOperations.addHandler(life)
        return streams
    }

    private func handle(_ streams: Streams, _ logger: Logger) async {
        await withDiscardingTaskGroup { group in
            do {
                for try await stream in streams.inbound {
                    group.addTask { await handleHTTP(asyncChannel: stream, logger: logger) }
                }
            } catch {
                logger.debug("HTTP/2 connection ended", metadata: ["reason": "\(error)"])
            }
        }
    }
}
