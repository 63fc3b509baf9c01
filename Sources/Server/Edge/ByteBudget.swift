import NIOCore

/// Rations a connection's bytes ahead of the HTTP decoder, which tells nobody when a message starts and hides chunk extensions,
/// and passes it by with what does not need it.
final class ByteBudget: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let gate: RequestGate

    init(gate: RequestGate) {
        self.gate = gate
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !gate.answersPlainly(bytes) else { return }
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
}
