import Auth
import NIOCore

/// From the end of one exchange to the beginning of the next.
extension RequestGate {
    func finishExchange() {
        guard let exchange, let context else { return }
        let now = loop.eventLoop.now
        let elapsed = now - exchange.startedAt
        loop.metrics.counts.record(exchange.route, status: exchange.status, nanoseconds: elapsed.nanoseconds)
        var isRouted = true
        if case .gate = owner { isRouted = false }
        site.accessLog.record(exchange, elapsed: elapsed, channel: context.channel, byGate: !isRouted)
        times.exchangeEnded(at: now)
        self.exchange = nil
        owner = .gate(.none)
        routerHasBegun = false
        if exchange.closes || phase != .answering {
            linger(context)
        } else {
            phase = .idle
            continueWithBacklog(context)
        }
    }

    private func linger(_ context: ChannelHandlerContext) {
        phase = .lingering
        backlog.clear()
        if inputHasEnded {
            context.close(promise: nil)
            return
        }
        context.close(mode: .output, promise: nil)
        armTimer(context)
        context.read()
    }

    private func continueWithBacklog(_ context: ChannelHandlerContext) {
        // A loop, not a recursion through `finishExchange`: one read can hold a thousand small requests.
        guard !isContinuing else { return }
        isContinuing = true
        defer { isContinuing = false }
        while phase != .answering, phase != .lingering, let part = backlog.popFirst() {
            if phase == .idle { beginMessage(at: loop.eventLoop.now) }
            receive(part, context)
        }
        // No read of the socket may ever come to complete these.
        completeForwarding(context)
        if isWritable, backlog.takeOwedRead() { resumeReading(context) }
        guard phase == .idle || phase == .header || phase == .body else { return }
        // Half a header has come behind what was answered: its time runs since.
        if phase == .idle, !inputHasEnded, let startedAt = intake.startedAt { beginMessage(at: startedAt) }
        if let fault = backlog.fault {
            refuse(fault)
        } else if phase == .idle, isQuiescing || inputHasEnded {
            context.close(promise: nil)
        } else {
            armTimer(context)
        }
    }
}
