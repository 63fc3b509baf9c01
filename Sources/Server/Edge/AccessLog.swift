import Auth
import Logging
import NIOCore

/// One line an answer: method, route, status, time and address. Never a target, a header or a body: they may hold secrets.
struct AccessLog: Sendable {
    private let logger: Logger
    /// Kept, because a logger asks its handler for it, and most answers are not logged.
    private let lowestLevel: Logger.Level
    let trustedProxies: TrustedProxies

    init(logger: Logger, trustedProxies: TrustedProxies) {
        self.logger = logger
        lowestLevel = logger.logLevel
        self.trustedProxies = trustedProxies
    }

    /// Verifications and health are told at debug, for they are many; everything else at info, faults of ours at error. What
    /// was not understood (501, 505) is the client's.
    func record(
        _ exchange: Exchange,
        elapsed: TimeAmount,
        channel: @autoclosure () -> any Channel,
        byGate: Bool
    ) {
        let level: Logger.Level = exchange.status == 500 ? .error : byGate ? .debug : .info
        guard lowestLevel <= level else { return }
        let client = trustedProxies.client(peer: channel().peer, forwardedFor: exchange.forwardedFor)
        logger.log(
            level: level,
            "request",
            metadata: [
                "method": .string(exchange.method), "route": .string(exchange.route.label),
                "status": .stringConvertible(exchange.status),
                "microseconds": .stringConvertible(elapsed.nanoseconds / 1000),
                "address": .string(client?.description ?? "local"),
            ]
        )
    }
}
