import NIOCore
import NIOHTTP1

/// Stands where the router is: keeps what is forwarded and answers when the test says so.
///
/// As `NIOAsyncChannel` does it sees what was read when the read is complete, and nothing after the input's end.
final class RouterDouble: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private(set) var heads: [HTTPRequestHead] = []
    private(set) var body = ""
    private(set) var ends = 0
    /// What told it that no more will come, in order.
    private(set) var news: [News] = []
    /// Results of its own writes.
    private(set) var writesSucceeded = 0
    private(set) var writesFailed = 0
    private var unseen: [HTTPServerRequestPart] = []
    private var context: ChannelHandlerContext?

    enum News {
        case error, inputClosed, inactive
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unseen.append(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        for part in unseen where news.isEmpty {
            switch part {
            case .head(let head): heads.append(head)
            case .body(let bytes): body += String(buffer: bytes)
            case .end: ends += 1
            }
        }
        unseen = []
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.error, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { end(.inputClosed, context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.inactive, context)
    }

    private func end(_ reason: News, _ context: ChannelHandlerContext) {
        channelReadComplete(context: context)
        news.append(reason)
    }

    /// A whole answer.
    func answer(_ status: HTTPResponseStatus = .ok, _ body: String = "routed") {
        beginAnswer(status, length: body.utf8.count)
        endAnswer(body)
    }

    func beginAnswer(_ status: HTTPResponseStatus = .ok, length: Int) {
        let fields: HTTPHeaders = ["Content-Length": String(length)]
        write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: fields)))
    }

    func endAnswer(_ body: String) {
        write(.body(.byteBuffer(ByteBuffer(string: body))))
        write(.end(nil))
    }

    private func write(_ part: HTTPServerResponsePart) {
        guard let context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.writesSucceeded += 1
            case .failure: self.writesFailed += 1
            }
        }
        context.writeAndFlush(wrapOutboundOut(part), promise: promise)
    }
}
