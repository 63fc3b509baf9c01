import NIOCore

/// Counts a connection's bytes ahead of the HTTP decoder, which tells nobody when a message starts and hides chunk extensions.
final class ByteBudget: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let gate: RequestGate

    init(gate: RequestGate) {
        self.gate = gate
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard gate.willDecode(unwrapInboundIn(data).readableBytes) else { return }
        context.fireChannelRead(data)
        gate.didDecode()
    }
}
