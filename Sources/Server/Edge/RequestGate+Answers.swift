import Auth
import NIOCore
import NIOHTTP1

/// The one place that every answer of an HTTP/1 connection passes, the gate's own and the router's.
extension RequestGate {
    // MARK: Answers of the gate

    func answer(_ presented: PresentedToken) {
        guard let exchange else { return }
        guard exchange.route != .alive else { return send(HealthAnswer.alive) }
        switch presented {
        case .none:
            send(guardRequest.map(GuardAnswer.answerWithoutToken) ?? ErrorResponse.noToken.answer)
        case .unusable: send(ErrorResponse.invalidToken.answer)
        case .token(let token): loop.lookups.lookUp(token.account, for: self)
        }
    }

    func sendContinue() {
        loop.scratch.clear()
        loop.scratch.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        encoder?.writeAndFlush(NIOAny(loop.scratch), promise: nil)
    }

    /// Writes a whole answer of our own ahead of the encoder: one buffer, one system call.
    private func send(_ answer: Answer) {
        guard var exchange, let encoder else { return }
        exchange.status = answer.status
        if isLast { exchange.closes = true }
        self.exchange = exchange
        loop.scratch.clear()
        site.write(answer, exchange, date: loop.date, into: &loop.scratch)
        encoder.writeAndFlush(NIOAny(loop.scratch), promise: nil)
        finishExchange()
    }

    /// Answers with an error and ends the connection.
    func refuse(_ error: ErrorResponse) {
        guard phase != .lingering else { return }
        backlog.clear()
        if exchange == nil {
            let target = intake.target ?? ""
            exchange = Exchange(refused: target, siteMap: site.rules.siteMap, startedAt: times.messageStartedAt)
        }
        if case .router = owner {
            // First of all: it takes the connection's end for the body's, and would act on half of one.
            owner = .gateForRouter
            context?.fireErrorCaught(HTTPParserError.unknown)
        }
        if routerHasBegun {
            // Half an answer of the router's is out: nothing can be said any more.
            context?.close(promise: nil)
        } else {
            send(error.answer(at: exchange?.route))
        }
    }

    // MARK: Answers of the router

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .router = owner, var exchange else {
            // The gate has answered in the router's place: its late answer goes nowhere.
            promise?.succeed(())
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if isLast { exchange.closes = true }
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
}

extension RequestGate: TokenLookupWaiter {
    func finish(_ lookup: TokenLookup) {
        guard phase == .answering, case .gate(.token(let token)) = owner else { return }
        let verdict = site.authority.judge(token, lookup)
        if case .live(let found, let now) = verdict, found.isPrevious || loop.lastTokenUses.wants(found) {
            noteUse(of: found, at: now)
        }
        if let guardRequest {
            send(GuardAnswer.answer(to: guardRequest, verdict, log: site.logger))
        } else {
            send(StatusAnswer.answer(to: verdict, in: &loop.body, log: site.logger))
        }
    }

    private func noteUse(of token: LiveToken, at now: Timestamp) {
        let source = RequestSource(
            address: site.accessLog.trustedProxies.client(
                peer: context?.channel.peer,
                forwardedFor: exchange?.forwardedFor ?? []
            ),
            agent: agent
        )
        if token.isPrevious {
            loop.previousTokenUses.note(token, at: now, source)
        } else {
            loop.lastTokenUses.note(token, at: now, source)
        }
    }
}
