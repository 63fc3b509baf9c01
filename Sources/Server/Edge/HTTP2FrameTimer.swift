import NIOCore

/// Ends an HTTP/2 connection on which a header or another frame does not arrive in time.
///
/// The HTTP/2 handler tells nobody of half a frame, nor of a header whose continuations are still to come: a drip would have the
/// connection until it counts as idle. This stands ahead of it and looks at nothing but the frames' lengths, types and flags
/// (RFC 9113 section 4.1).
final class HTTP2FrameTimer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let prefaceBytes = 24
    private static let frameHeaderBytes = 9

    private let limits: EdgeLimits
    /// What is still to come of the frame at hand, or of the client's preface, which is ahead of all frames.
    private var remaining = HTTP2FrameTimer.prefaceBytes
    private var frameHeader: [UInt8] = []
    /// What is at hand belongs to a header, or it is not known yet what it is.
    private var isHeader = true
    /// The header goes on in the next frame.
    private var continues = false
    /// When what is not complete yet began; nil when nothing is.
    private var startedAt: NIODeadline?
    private var timer: Scheduled<Void>?

    init(limits: EdgeLimits) {
        self.limits = limits
        frameHeader.reserveCapacity(HTTP2FrameTimer.frameHeaderBytes)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        follow(unwrapInboundIn(data), at: context.eventLoop.now)
        arm(context)
        context.fireChannelRead(data)
    }

    /// While answers wait to be read nothing is read here either; that is not to be held against the client, whose rest may
    /// have come.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, startedAt != nil {
            startedAt = context.eventLoop.now
            arm(context)
        }
        context.fireChannelWritabilityChanged()
    }

    private func follow(_ buffer: ByteBuffer, at now: NIODeadline) {
        var bytes = buffer.readableBytesView
        while let first = bytes.first {
            if startedAt == nil {
                startedAt = now
                isHeader = true
            }
            if remaining > 0 {
                let count = min(remaining, bytes.count)
                remaining -= count
                bytes = bytes.dropFirst(count)
            } else {
                frameHeader.append(first)
                bytes = bytes.dropFirst()
                guard frameHeader.count == HTTP2FrameTimer.frameHeaderBytes else { continue }
                beginFrame()
            }
            if remaining == 0, !continues { startedAt = nil }
        }
    }

    private func beginFrame() {
        let (headers, continuation, endHeaders): (UInt8, UInt8, UInt8) = (1, 9, 4)
        let (type, flags) = (frameHeader[3], frameHeader[4])
        remaining = Int(frameHeader[0]) << 16 | Int(frameHeader[1]) << 8 | Int(frameHeader[2])
        isHeader = type == headers || type == continuation
        continues = isHeader && flags & endHeaders == 0
        frameHeader.removeAll(keepingCapacity: true)
    }

    private func deadline(_ context: ChannelHandlerContext) -> NIODeadline? {
        guard context.channel.isWritable else { return nil }
        return startedAt.map { $0 + .milliseconds(isHeader ? limits.headerMilliseconds : limits.requestMilliseconds) }
    }

    private func arm(_ context: ChannelHandlerContext) {
        guard timer == nil, let deadline = deadline(context) else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            guard let self else { return }
            timer = nil
            guard let deadline = self.deadline(context) else { return }
            if deadline <= context.eventLoop.now {
                context.close(promise: nil)
            } else {
                arm(context)
            }
        }
    }
}
