import NIOCore

/// Rations a connection's bytes ahead of the HTTP decoder, which tells nobody when a message starts and hides chunk extensions,
/// and passes it by with what does not need it.
///
/// Where it `asksForReads` the channel's `autoRead` is off: a read that was answered here then asks for the next one here, instead of
/// by a walk through all handlers.
final class ByteBudget: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let gate: RequestGate
    private let asksForReads: Bool
    /// The decoder has had something of the bytes read since the last `channelReadComplete`.
    private var hasPassedOn = false

    init(gate: RequestGate, asksForReads: Bool) {
        self.gate = gate
        self.asksForReads = asksForReads
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if asksForReads { context.channel.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !gate.answersPlainly(bytes) else { return }
        hasPassedOn = true
        while let count = gate.willDecode(bytes) {
            guard count < bytes.readableBytes, let piece = bytes.readSlice(length: count) else {
                // The usual request comes alone and goes on as it came.
                context.fireChannelRead(wrapInboundOut(bytes))
                return gate.didDecode()
            }
            context.fireChannelRead(wrapInboundOut(piece))
            gate.didDecode()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasPassedOn {
            hasPassedOn = false
            context.fireChannelReadComplete()
            // From the far end: the router may have enough for now.
            if asksForReads { context.channel.read() }
        } else if asksForReads {
            if gate.mayRead() { context.read() }
        } else {
            context.fireChannelReadComplete()
        }
    }
}
