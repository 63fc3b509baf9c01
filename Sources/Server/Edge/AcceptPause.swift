import Logging
import NIOCore

/// Stops a listening socket from asking for connections while there are no files for them.
///
/// NIO delays its next read after such a failure, but the one that failed stays registered: the loop would wake up for the same
/// waiting connection over and over.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let length = TimeAmount.milliseconds(100)
    private static let newsInterval = TimeAmount.minutes(1)

    private let logger: Logger
    private var resumption: Scheduled<Void>?
    private var toldAt: NIODeadline?

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError, resumption == nil {
            let options = context.channel.syncOptions
            // A closed channel takes no options, and needs none.
            try? options?.setOption(.autoRead, value: false)
            resumption = context.eventLoop.assumeIsolated().scheduleTask(in: AcceptPause.length) { [weak self] in
                self?.resumption = nil
                try? options?.setOption(.autoRead, value: true)
            }
            tell(error, at: context.eventLoop.now)
        }
        context.fireErrorCaught(error)
    }

    private func tell(_ error: any Error, at now: NIODeadline) {
        if let toldAt, now < toldAt + AcceptPause.newsInterval { return }
        toldAt = now
        logger.error("new connections have to wait", metadata: ["reason": "\(error)"])
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        resumption?.cancel()
    }
}
