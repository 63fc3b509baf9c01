import Auth
import Logging
import NIOCore
import NIOHTTP1
import Parsing

/// Owns an HTTP/1 connection: enforces the edge's rules and time, answers verification itself, hands the rest to the router.
///
/// One exchange at a time: what a client pipelines waits here, so that no answer overtakes another and each answer,
/// whoever made it, passes `write` or `send` of this handler once.
final class RequestGate: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    enum Phase {
        /// Between requests.
        case idle
        /// Bytes have come, a whole header has not.
        case header
        /// The header is through, the body has not ended; the router may already be answering.
        case body
        /// The request is in, its answer is not out.
        case answering
        /// The last answer is out and our side is closed: what still comes in is swallowed until the client closes too.
        case lingering
    }

    enum Owner {
        case gate, router
    }

    let site: EdgeSite
    let loop: EdgeLoop

    private(set) var phase = Phase.idle
    private var owner = Owner.gate
    private var exchange: Exchange?
    private var routerHasBegun = false
    private var token: BearerToken?
    private var authorization: String?
    private var authorizations = 0

    private var waiting = CircularBuffer<HTTPServerRequestPart>()
    private var waitingError: ErrorResponse?
    private var readIsHeld = false
    private var isContinuing = false
    /// The router has parts it does not know to be all there is for now.
    private var hasForwarded = false
    private var inputEnded = false
    private var isQuiescing = false

    var context: ChannelHandlerContext?
    private var encoder: ChannelHandlerContext?

    /// Bytes of the current message so far, those of its body, and its chunks.
    private var messageBytes = 0
    private var bodyBytes = 0
    private var chunks = 0
    private var isChunked = false
    private var swallowed = 0

    private let openedAt: NIODeadline
    private var messageStartedAt: NIODeadline
    private var quietSince: NIODeadline
    private let timer = ConnectionTimer()

    init(site: EdgeSite, loop: EdgeLoop) {
        self.site = site
        self.loop = loop
        openedAt = loop.eventLoop.now
        messageStartedAt = openedAt
        quietSince = openedAt
    }

    // MARK: Life of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        loop.metrics.counts.connections += 1
        loop.metrics.counts.openConnections += 1
        timer.arm(for: self, at: deadline, on: context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loop.metrics.counts.openConnections -= 1
        timer.cancel()
        self.context = nil
        encoder = nil
        waiting.removeAll()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if phase == .idle { context.close(promise: nil) }
        case ChannelEvent.inputClosed:
            inputEnded = true
            context.fireUserInboundEventTriggered(event)
            if phase == .idle || phase == .lingering || phase == .header { context.close(promise: nil) }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let parserError = error as? HTTPParserError else {
            context.fireErrorCaught(error)
            return
        }
        guard phase != .lingering else { return }
        let refusal =
            switch parserError {
            case .headerOverflow:
                ErrorResponse(
                    .headersTooLarge,
                    "The header has more than \(site.limits.headerBytes) bytes or too many fields"
                )
            case .invalidVersion: ErrorResponse.versionNotSupported
            default:
                ErrorResponse(.invalidData, "The request is not well-formed HTTP/1.1")
            }
        if phase == .answering || !waiting.isEmpty {
            waitingError = refusal
        } else {
            refuse(refusal)
        }
    }

    // MARK: Bytes and time

    /// Told of each read before it is decoded. False when the bytes go nowhere any more.
    func willDecode(_ count: Int) -> Bool {
        switch phase {
        case .lingering:
            swallowed += count
            if swallowed > site.limits.drainBytes { context?.close(promise: nil) }
            return false
        case .idle:
            phase = .header
            messageStartedAt = loop.eventLoop.now
            messageBytes = count
        case .header, .body:
            messageBytes += count
        case .answering:
            break
        }
        return true
    }

    /// Told when a read has been decoded: what a chunked body spends on framing is bounded, for the decoder hides it.
    func didDecode() {
        guard phase == .body, isChunked, messageBytes - bodyBytes > 256 + 32 * chunks else { return }
        refuse(ErrorResponse(.invalidData, "The chunked body has more framing than content"))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if phase == .header || phase == .body {
            timer.arm(for: self, at: deadline, on: context.eventLoop)
        }
        if hasForwarded {
            hasForwarded = false
            context.fireChannelReadComplete()
        }
    }

    /// When the connection ends, or its request is refused, unless something happens before.
    var deadline: NIODeadline? {
        let limits = site.limits
        switch phase {
        case .idle:
            return min(
                quietSince + .milliseconds(limits.idleMilliseconds),
                openedAt + .milliseconds(limits.connectionAgeMilliseconds)
            )
        case .header: return messageStartedAt + .milliseconds(limits.headerMilliseconds)
        case .body: return messageStartedAt + .milliseconds(limits.requestMilliseconds)
        case .answering: return nil
        case .lingering: return quietSince + .milliseconds(limits.drainMilliseconds)
        }
    }

    func deadlinePassed() {
        switch phase {
        case .idle, .lingering:
            context?.close(promise: nil)
        case .header, .body:
            refuse(ErrorResponse(.requestTimeout, "The request did not arrive in time"))
        case .answering:
            break
        }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch phase {
        case .lingering: return
        case .answering: waiting.append(part)
        case .idle, .header, .body: receive(part, context)
        }
    }

    func read(context: ChannelHandlerContext) {
        if waiting.isEmpty {
            context.read()
        } else {
            readIsHeld = true
        }
    }

    private func receive(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): begin(head, context)
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            chunks += 1
            guard bodyBytes <= site.limits.bodyBytes else { return refuse(site.rules.payloadTooLarge) }
            if owner == .router { forward(part, context) }
        case .end:
            phase = .answering
            switch owner {
            case .gate: answerFromGate()
            case .router: forward(part, context)
            }
        }
    }

    private func begin(_ received: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var head = received
        head.uri = received.uri.originForm
        let facts = RequestFacts(head.headers)
        phase = .body
        messageBytes -= head.uri.utf8.count + head.method.rawValue.utf8.count + 14 + facts.size
        bodyBytes = 0
        chunks = 0
        isChunked = facts.transferEncoding != nil
        routerHasBegun = false
        owner = .gate
        var exchange = Exchange(head, facts, siteMap: site.rules.siteMap, startedAt: messageStartedAt)
        if isQuiescing || inputEnded || quietSince - openedAt > .milliseconds(site.limits.connectionAgeMilliseconds) {
            exchange.closes = true
        }
        self.exchange = exchange
        if let refusal = site.rules.refusal(head, facts) { return refuse(refusal) }
        if facts.announcesBody, facts.expect != nil { sendContinue() }
        if site.gateAnswers(exchange, head, facts) {
            authorization = facts.authorization
            authorizations = facts.authorizations
        } else {
            owner = .router
            forward(.head(head), context)
        }
    }

    private func forward(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        hasForwarded = true
        context.fireChannelRead(wrapInboundOut(part))
    }

    // MARK: Answers of the gate

    private func answerFromGate() {
        guard let exchange else { return }
        switch exchange.route {
        case .tokenStatus:
            guard authorizations > 0 else { return send(ErrorResponse.noToken.answer) }
            guard authorizations == 1, let authorization, let text = BearerHeader.token(in: authorization),
                let token = BearerToken(text)
            else { return send(ErrorResponse.invalidToken.answer) }
            self.token = token
            loop.lookups.lookUp(token.account, for: self)
        case .alive: send(HealthAnswer.alive)
        default: send(ErrorResponse.notFound.answer)
        }
    }

    private func sendContinue() {
        loop.scratch.clear()
        loop.scratch.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        encoder?.writeAndFlush(NIOAny(loop.scratch), promise: nil)
    }

    /// Writes a whole answer of our own ahead of the encoder: one buffer, one system call.
    private func send(_ answer: Answer) {
        guard var exchange, let encoder else { return }
        exchange.status = answer.status
        if phase != .answering { exchange.closes = true }
        if isQuiescing || inputEnded { exchange.closes = true }
        self.exchange = exchange
        loop.scratch.clear()
        site.write(answer, exchange, date: loop.date, into: &loop.scratch)
        encoder.writeAndFlush(NIOAny(loop.scratch), promise: nil)
        finishExchange()
    }

    /// Answers with an error and ends the connection; a router that waits for the rest of the body is woken by an error.
    private func refuse(_ error: ErrorResponse) {
        guard phase != .lingering else { return }
        let wakesRouter = exchange != nil && owner == .router
        if exchange == nil { exchange = Exchange(refusedAt: messageStartedAt) }
        waiting.removeAll()
        if wakesRouter && routerHasBegun {
            // Half an answer of the router's is out: nothing can be said any more.
            context?.close(promise: nil)
        } else {
            send(error.answer)
        }
        if wakesRouter { context?.fireErrorCaught(HTTPParserError.unknown) }
    }

    // MARK: Answers of the router

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase == .body || phase == .answering, owner == .router, var exchange else {
            // The gate has answered in the router's place: its late answer goes nowhere.
            promise?.succeed(())
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if phase == .body || isQuiescing || inputEnded { exchange.closes = true }
            exchange.status = Int(head.status.code)
            self.exchange = exchange
            routerHasBegun = true
            site.complete(&head, exchange)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body where exchange.isHead:
            promise?.succeed(())
        case .body:
            context.write(data, promise: promise)
        case .end:
            context.writeAndFlush(data, promise: promise)
            finishExchange()
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output, phase == .lingering {
            promise?.succeed(())
        } else {
            context.close(mode: mode, promise: promise)
        }
    }

    // MARK: Between exchanges

    private func finishExchange() {
        guard let exchange, let context else { return }
        let now = loop.eventLoop.now
        let elapsed = now - exchange.startedAt
        loop.metrics.counts.record(exchange.route, status: exchange.status, nanoseconds: elapsed.nanoseconds)
        site.accessLog.record(exchange, elapsed: elapsed, channel: context.channel, byGate: owner == .gate)
        quietSince = now
        self.exchange = nil
        token = nil
        authorization = nil
        if exchange.closes || phase != .answering {
            linger(context)
        } else {
            phase = .idle
            continueWithWaiting(context)
        }
    }

    private func linger(_ context: ChannelHandlerContext) {
        phase = .lingering
        waiting.removeAll()
        if inputEnded {
            context.close(promise: nil)
            return
        }
        context.close(mode: .output, promise: nil)
        timer.arm(for: self, at: deadline, on: context.eventLoop)
        resumeReading(context)
    }

    private func continueWithWaiting(_ context: ChannelHandlerContext) {
        // A loop, not a recursion through `finishExchange`: one read can hold a thousand small requests.
        guard !isContinuing else { return }
        isContinuing = true
        defer { isContinuing = false }
        while phase != .answering, phase != .lingering, let part = waiting.popFirst() {
            if phase == .idle {
                phase = .header
                messageStartedAt = quietSince
                messageBytes = 0
            }
            receive(part, context)
        }
        // The router takes what it was handed when a read is complete; these parts come from an earlier one.
        if hasForwarded {
            hasForwarded = false
            context.fireChannelReadComplete()
        }
        guard phase == .idle || phase == .header || phase == .body else { return }
        if let waitingError {
            refuse(waitingError)
        } else if phase == .idle, isQuiescing || inputEnded {
            context.close(promise: nil)
        } else {
            timer.arm(for: self, at: deadline, on: context.eventLoop)
            resumeReading(context)
        }
    }

    private func resumeReading(_ context: ChannelHandlerContext) {
        guard readIsHeld else { return }
        readIsHeld = false
        context.read()
    }
}

extension RequestGate: TokenLookupWaiter {
    func finish(_ lookup: TokenLookup) {
        guard phase == .answering, let token else { return }
        send(StatusAnswer.answer(to: site.authority.judge(token, lookup), log: site.logger))
    }
}
