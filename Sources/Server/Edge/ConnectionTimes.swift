import NIOCore

/// The instants from which a connection's deadlines count.
struct ConnectionTimes {
    private let limits: EdgeLimits
    private let openedAt: NIODeadline
    private(set) var messageStartedAt: NIODeadline
    private var quietSince: NIODeadline

    init(_ limits: EdgeLimits, openedAt: NIODeadline) {
        self.limits = limits
        self.openedAt = openedAt
        messageStartedAt = openedAt
        quietSince = openedAt
    }

    mutating func messageStarted(at now: NIODeadline) {
        messageStartedAt = now
    }

    mutating func exchangeEnded(at now: NIODeadline) {
        quietSince = now
    }

    /// Whether the connection has lived so long that its next answer is its last.
    func isOld(at now: NIODeadline) -> Bool {
        now - openedAt >= .milliseconds(limits.connectionAgeMilliseconds)
    }

    /// When the connection ends, or its request is refused, unless something happens before.
    func deadline(in phase: RequestGate.Phase) -> NIODeadline? {
        switch phase {
        case .idle:
            min(
                quietSince + .milliseconds(limits.idleMilliseconds),
                openedAt + .milliseconds(limits.connectionAgeMilliseconds)
            )
        case .header: messageStartedAt + .milliseconds(limits.headerMilliseconds)
        case .body: messageStartedAt + .milliseconds(limits.requestMilliseconds)
        case .answering: nil
        case .lingering: quietSince + .milliseconds(limits.drainMilliseconds)
        }
    }
}
