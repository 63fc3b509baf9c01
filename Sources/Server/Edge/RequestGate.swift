import Auth
import Logging
import NIOCore
import NIOHTTP1

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

    /// Who answers the request at hand.
    enum Owner {
        case gate(PresentedToken)
        case router
        /// The router, in whose place the gate has to answer.
        case gateForRouter
    }

    let site: EdgeSite
    let loop: EdgeLoop

    var phase = Phase.idle
    var owner = Owner.gate(.none)
    var exchange: Exchange?
    /// What a proxy asks, when the request at hand is to a guard path.
    var guardRequest: GuardRequest?
    /// The `User-Agent` of a request that the gate answers.
    var agent = ""
    var routerHasBegun = false
    var backlog = Backlog()
    var isContinuing = false
    /// The router has parts it does not know to be all there is for now.
    private var hasForwarded = false
    var inputHasEnded = false
    var isQuiescing = false
    /// As the channel last said.
    var isWritable = true
    var intake = MessageIntake()
    private var bodyBytes = 0
    private var swallowed = 0

    var times: ConnectionTimes
    private let timer = ConnectionTimer()
    var context: ChannelHandlerContext?
    var encoder: ChannelHandlerContext?

    init(site: EdgeSite, loop: EdgeLoop) {
        self.site = site
        self.loop = loop
        times = ConnectionTimes(site.limits, openedAt: loop.eventLoop.now)
    }

    // MARK: Life of the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isWritable = context.channel.isWritable
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        loop.metrics.counts.connections += 1
        loop.metrics.counts.openConnections += 1
        armTimer(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loop.metrics.counts.openConnections -= 1
        timer.cancel()
        self.context = nil
        encoder = nil
        backlog.clear()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if phase == .idle { context.close(promise: nil) }
        case ChannelEvent.inputClosed:
            // Not the router's news: it would take this for the end of all requests, of which some may still wait here.
            inputHasEnded = true
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
        fault(site.rules.refusal(parserError))
    }

    /// What has come cannot be understood, and so nothing that still comes.
    private func fault(_ refusal: ErrorResponse) {
        intake.stop()
        switch phase {
        case .lingering: return
        case .answering: backlog.end(with: refusal)
        case .idle, .header, .body: refuse(refusal)
        }
    }

    /// Half-closed, the connection ends by our clock: a reset before could take the answer from the client.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if phase == .lingering {
            promise?.succeed(())
        } else {
            context.close(mode: mode, promise: promise)
        }
    }

    // MARK: Bytes and time

    /// Answers a read that is one whole plain request, without the decoder; false when that has to see it.
    func answersPlainly(_ bytes: ByteBuffer) -> Bool {
        guard phase == .idle, intake.isBetweenMessages,
            let plain = bytes.withUnsafeReadableBytes({ PlainRequest($0, site, lastAgent: agent) })
        else { return false }
        phase = .answering
        times.messageStarted(at: loop.eventLoop.now)
        exchange = Exchange(plain, startedAt: times.messageStartedAt)
        routerHasBegun = false
        owner = .gate(plain.presented)
        guardRequest = plain.guardRequest
        agent = plain.agent
        answer(plain.presented)
        return true
    }

    /// Told of what is left of each read before the decoder is. How much of it the decoder may have at once; nil for nothing.
    func willDecode(_ bytes: ByteBuffer) -> Int? {
        guard bytes.readableBytes > 0, context != nil else { return nil }
        if phase == .lingering {
            swallowed += bytes.readableBytes
            if swallowed > site.limits.drainBytes { context?.close(promise: nil) }
            return nil
        }
        guard !intake.isStopped else { return nil }
        guard case .bytes(let count) = intake.piece(of: bytes) else {
            _ = intake.willDecode(0, of: bytes, now: loop.eventLoop.now)
            if phase == .idle { beginMessage(at: loop.eventLoop.now) }
            fault(ErrorResponse(.invalidData, "A line of the header does not end in CR LF"))
            return willDecode(bytes)
        }
        if intake.willDecode(count, of: bytes, now: loop.eventLoop.now), phase == .idle {
            beginMessage(at: loop.eventLoop.now)
        }
        return count
    }

    /// Told when a piece has been decoded.
    func didDecode() {
        guard intake.isMostlyFraming else { return }
        fault(ErrorResponse(.invalidData, "The chunked body has more framing than content"))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        switch phase {
        case .header, .body: armTimer(context)
        // The router may ask for no more, and what is left unread would make the close a reset.
        case .lingering: context.read()
        case .idle, .answering: break
        }
        completeForwarding(context)
    }

    func read(context: ChannelHandlerContext) {
        if mayRead() { context.read() }
    }

    /// Whether more may be read now; if not, the gate asks for it when it may.
    func mayRead() -> Bool {
        backlog.mayRead(isWritable: isWritable)
    }

    /// Who does not read answers gets no more of them made: neither memory nor a connection waits for such a client for ever.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        times.writabilityChanged(to: isWritable, at: loop.eventLoop.now)
        if !isWritable { armTimer(context) }
        if isWritable, backlog.takeOwedRead() { resumeReading(context) }
        context.fireChannelWritabilityChanged()
    }

    func resumeReading(_ context: ChannelHandlerContext) {
        intake.resumed(at: loop.eventLoop.now)
        context.read()
    }

    /// When `deadlinePassed` is due, as things stand.
    var deadline: NIODeadline? { times.deadline(in: phase) }

    func deadlinePassed() {
        guard !times.isStuck(at: loop.eventLoop.now) else {
            context?.close(promise: nil)
            return
        }
        switch phase {
        case .idle, .lingering: context?.close(promise: nil)
        case .header, .body: refuse(ErrorResponse(.requestTimeout, "The request did not arrive in time"))
        case .answering: break
        }
    }

    func armTimer(_ context: ChannelHandlerContext) {
        timer.arm(for: self, at: deadline, on: context.eventLoop)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        intake.saw(part)
        switch phase {
        case .lingering: return
        case .answering: backlog.append(part)
        case .idle, .header, .body: receive(part, context)
        }
    }

    func beginMessage(at now: NIODeadline) {
        phase = .header
        times.messageStarted(at: now)
    }

    func receive(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): begin(head, context)
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            guard bodyBytes <= site.limits.bodyBytes else { return refuse(site.rules.payloadTooLarge) }
            if case .router = owner { forward(part, context) }
        case .end:
            phase = .answering
            switch owner {
            case .gate(let presented): answer(presented)
            case .router: forward(part, context)
            case .gateForRouter: break
            }
        }
    }

    private func begin(_ received: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var head = received
        head.uri = received.uri.originForm
        let facts = RequestFacts(head.headers)
        phase = .body
        bodyBytes = 0
        routerHasBegun = false
        owner = .gate(.none)
        let exchange = Exchange(head, facts, siteMap: site.rules.siteMap, startedAt: times.messageStartedAt)
        self.exchange = exchange
        if let refusal = site.rules.refusal(head, facts, exchange.route) { return refuse(refusal) }
        // RFC 9110 section 10.1.1: an HTTP/1.0 client would take the 100 for its answer.
        if facts.announcesBody, facts.expect != nil, head.version == .http1_1 { sendContinue() }
        if site.gateAnswers(exchange, head, facts) {
            owner = .gate(PresentedToken(facts))
            agent = head.headers.first(name: "user-agent") ?? ""
            guardRequest = site.guardRequest(exchange, head, facts)
        } else {
            owner = .router
            // The router's fields lose their last blanks, and a token with one behind it would be one at that door alone.
            if facts.hasBlankBehindToken { head.headers.replaceOrAdd(name: "Authorization", value: "Bearer") }
            forward(.head(head), context)
        }
    }

    private func forward(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        hasForwarded = true
        context.fireChannelRead(wrapInboundOut(part))
    }

    /// The router looks at what it was given when a read is complete.
    func completeForwarding(_ context: ChannelHandlerContext) {
        guard hasForwarded else { return }
        hasForwarded = false
        context.fireChannelReadComplete()
    }

    /// Whether the connection ends with this answer, whatever its request says: also when its body is not wholly read.
    var isLast: Bool {
        isQuiescing || inputHasEnded && backlog.isEmpty || phase != .answering || times.isOld(at: loop.eventLoop.now)
    }
}
