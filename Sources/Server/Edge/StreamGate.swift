import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// The edge's rules for one HTTP/2 stream: what `RequestGate` is to a connection, without the answering of verification.
final class StreamGate: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let site: EdgeSite
    private let loop: EdgeLoop
    private var exchange: Exchange?
    private var bodyBytes = 0
    private var swallowed = 0
    private var deadline: Scheduled<Void>?
    private var isRefused = false
    private var answerHasBegun = false
    /// The request has begun and not ended.
    private var isReceiving = false

    init(site: EdgeSite, loop: EdgeLoop) {
        self.site = site
        self.loop = loop
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return swallow(unwrapInboundIn(data), context) }
        switch unwrapInboundIn(data) {
        case .head(let request):
            isReceiving = true
            if let refusal = begin(request, context) { return refuse(refusal, context) }
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            guard bodyBytes <= site.limits.bodyBytes else { return refuse(site.rules.payloadTooLarge, context) }
        case .end:
            isReceiving = false
            deadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    /// The rest of a refused request: a reset while the client is sending could take the answer from it.
    private func swallow(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head: break
        case .body(let bytes):
            swallowed += bytes.readableBytes
            if swallowed > site.limits.drainBytes { context.close(promise: nil) }
        case .end: context.close(promise: nil)
        }
    }

    /// A refused stream ends by our clock.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if isRefused {
            promise?.succeed(())
        } else {
            context.close(mode: mode, promise: promise)
        }
    }

    /// Whatever went wrong, the router hears of it as of a request that cannot be read to its end.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isReceiving = false
        context.fireErrorCaught(HTTPParserError.unknown)
    }

    func channelInactive(context: ChannelHandlerContext) {
        abandonRequest(context)
        context.fireChannelInactive()
    }

    /// The router takes a stream's end for the body's, and would act on half of one.
    private func abandonRequest(_ context: ChannelHandlerContext) {
        guard isReceiving else { return }
        isReceiving = false
        context.fireErrorCaught(HTTPParserError.unknown)
    }

    private func begin(_ request: HTTPRequest, _ context: ChannelHandlerContext) -> ErrorResponse? {
        let target = request.path ?? ""
        let path = target.prefixOfPath
        let facts = RequestFacts(request.headerFields)
        exchange = Exchange(
            route: site.rules.siteMap.route(path),
            method: request.method.rawValue,
            isBelowBase: site.rules.siteMap.isBelowBase(path),
            origin: facts.origin,
            forwardedFor: facts.forwardedFor,
            startedAt: loop.eventLoop.now
        )
        let limit = TimeAmount.milliseconds(site.limits.requestMilliseconds)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in
            self?.refuse(ErrorResponse(.requestTimeout, "The request did not arrive in time"), context)
        }
        return site.rules.refusal(request, facts)
    }

    private func refuse(_ error: ErrorResponse, _ context: ChannelHandlerContext) {
        guard !isRefused else { return }
        isRefused = true
        deadline?.cancel()
        abandonRequest(context)
        guard !answerHasBegun else {
            context.close(promise: nil)
            return
        }
        let answer = error.answer(at: exchange?.route)
        var head = HTTPResponse(status: HTTPResponse.Status(code: answer.status))
        head.headerFields[.date] = loop.date
        head.headerFields[.contentType] = Answer.contentType
        head.headerFields[.contentLength] = String(answer.body.readableBytes)
        if let field = answer.field, let name = HTTPField.Name(field.name) { head.headerFields[name] = field.value }
        finish(&head, context)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        closeLater(context, milliseconds: site.limits.drainMilliseconds)
    }

    /// The client may take the answer so long: it need not give its stream a window, or may not end its request.
    private func closeLater(_ context: ChannelHandlerContext, milliseconds: Int64) {
        deadline?.cancel()
        let limit = TimeAmount.milliseconds(milliseconds)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isRefused else {
            promise?.succeed(())
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            answerHasBegun = true
            finish(&head, context)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body where exchange?.isHead == true:
            promise?.succeed(())
        case .body: context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            closeLater(context, milliseconds: site.limits.requestMilliseconds)
        }
    }

    /// The common fields, the metrics and the log: every answer's head passes here once.
    private func finish(_ head: inout HTTPResponse, _ context: ChannelHandlerContext) {
        guard var exchange else { return }
        exchange.status = head.status.code
        site.commonFields.add(exchange, to: &head.headerFields)
        let elapsed = loop.eventLoop.now - exchange.startedAt
        loop.metrics.counts.record(exchange.route, status: exchange.status, nanoseconds: elapsed.nanoseconds)
        site.accessLog.record(exchange, elapsed: elapsed, channel: context.channel, byGate: false)
    }
}
