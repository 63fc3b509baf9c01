import NIOCore
import NIOHTTP2

/// Ends an HTTP/2 connection in good order: GOAWAY when idle, too old or when the server stops, then close with its last stream.
///
/// The handler below it fires the faults of a stream, which it has reset, and those of the connection alike; of the latter
/// alone it sends a GOAWAY first.
final class HTTP2ConnectionLife: ChannelDuplexHandler, NIOHTTP2FrameDelegate {
    typealias InboundIn = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let limits: EdgeLimits
    private let openedAt: NIODeadline
    private var quietSince: NIODeadline
    private var openStreams = 0
    private var lastStream = HTTP2StreamID.rootStream
    private var isEnding = false
    private var hasFailed = false
    private var timer: Scheduled<Void>?
    private var owesRead = false
    /// Ends the connection of a client that leaves too many answers unread.
    private var stuckTimer: Scheduled<Void>?

    init(limits: EdgeLimits, openedAt: NIODeadline) {
        self.limits = limits
        self.openedAt = openedAt
        quietSince = openedAt
    }

    func handlerAdded(context: ChannelHandlerContext) {
        arm(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        stuckTimer?.cancel()
    }

    /// As over HTTP/1, who does not read answers gets no more of them made.
    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable { context.read() } else { owesRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stuckTimer?.cancel()
        stuckTimer = nil
        if !context.channel.isWritable {
            let limit = TimeAmount.milliseconds(limits.requestMilliseconds)
            stuckTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
        } else if owesRead {
            owesRead = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    /// The next time to look: never later than the age, at most one idle time away.
    private func arm(_ context: ChannelHandlerContext) {
        let idle = TimeAmount.milliseconds(limits.idleMilliseconds)
        let age = openedAt + .milliseconds(limits.connectionAgeMilliseconds)
        let next = min(age, (openStreams > 0 ? context.eventLoop.now : quietSince) + idle)
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) { [weak self] in
            guard let self else { return }
            let now = context.eventLoop.now
            if now >= age || (openStreams == 0 && now >= quietSince + idle) {
                goAway(context)
            } else {
                arm(context)
            }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let created as NIOHTTP2StreamCreatedEvent:
            openStreams += 1
            if created.streamID > lastStream { lastStream = created.streamID }
        case is StreamClosedEvent:
            openStreams -= 1
            quietSince = context.eventLoop.now
            if isEnding, openStreams == 0 { context.close(promise: nil) }
        case is ChannelShouldQuiesceEvent:
            goAway(context)
        case ChannelEvent.inputClosed:
            context.close(promise: nil)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func wroteFrame(_ frame: HTTP2Frame) {
        if case .goAway(_, let code, _) = frame.payload, code != .noError { hasFailed = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if hasFailed { context.close(promise: nil) }
    }

    private func goAway(_ context: ChannelHandlerContext) {
        guard !isEnding else { return }
        isEnding = true
        timer?.cancel()
        let frame = HTTP2Frame(
            streamID: .rootStream,
            payload: .goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil)
        )
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        if openStreams == 0 { context.close(promise: nil) }
    }
}
