import NIOCore
import NIOHTTP1
import NIOPosix

/// One kept-alive connection to the server under test, a request at a time; used on its event loop only.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// The status of an answer that never came: the connection is of no more use then.
    static let lost = 0

    private var context: ChannelHandlerContext?
    private var answered: ((Int) -> Void)?
    private var status = LoadConnection.lost

    /// Opens `count` connections to `target` on one loop.
    static func open(_ count: Int, to target: LoadTarget, on eventLoop: any EventLoop) async throws -> [any Channel] {
        var channels: [any Channel] = []
        for _ in 0..<count {
            let bootstrap = ClientBootstrap(group: eventLoop)
                .connectTimeout(.seconds(5))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(LoadConnection())
                    }
                }
            channels.append(try await bootstrap.connect(host: target.host, port: target.port).get())
        }
        return channels
    }

    /// Sends a request and tells the status of its answer once that is whole.
    func send(_ head: HTTPRequestHead, body: ByteBuffer? = nil, _ answered: @escaping (Int) -> Void) {
        guard let context else { return answered(LoadConnection.lost) }
        self.answered = answered
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body: break
        case .end: finish(status)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        finish(LoadConnection.lost)
    }

    private func finish(_ status: Int) {
        let answered = answered
        self.answered = nil
        answered?(status)
    }
}

/// Where a load goes: `http://HOST:PORT/PATH`.
struct LoadTarget: Sendable {
    let host: String
    let port: Int
    let path: String

    init(_ url: String) throws {
        guard url.hasPrefix("http://") else { throw BenchmarkFailure("\(url) is not an http address") }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        let parts = authority.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else {
            throw BenchmarkFailure("\(url) has no host and port")
        }
        host = String(parts[0])
        self.port = port
        path = String(rest.dropFirst(authority.count))
    }

    func head(_ method: HTTPMethod, _ fields: [(String, String)]) -> HTTPRequestHead {
        HTTPRequestHead(
            version: .http1_1,
            method: method,
            uri: path,
            headers: HTTPHeaders([("Host", "\(host):\(port)")] + fields)
        )
    }
}
