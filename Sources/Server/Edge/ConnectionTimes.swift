import NIOCore

/// The instants from which a connection's deadlines count.
struct ConnectionTimes {
    private let limits: EdgeLimits
    private let openedAt: NIODeadline
    private(set) var messageStartedAt: NIODeadline
    private var quietSince: NIODeadline
    /// Since when more answers wait to be read than the channel wants to hold; nil when they do not.
    private var stuckSince: NIODeadline?

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

    mutating func writabilityChanged(to isWritable: Bool, at now: NIODeadline) {
        stuckSince = isWritable ? nil : stuckSince ?? now
    }

    /// Whether the client has left answers unread for too long.
    func isStuck(at now: NIODeadline) -> Bool {
        stuckSince.map { now - $0 >= .milliseconds(limits.requestMilliseconds) } ?? false
    }

    /// Whether the connection has lived so long that its next answer is its last.
    func isOld(at now: NIODeadline) -> Bool {
        now - openedAt >= .milliseconds(limits.connectionAgeMilliseconds)
    }

    /// When the connection ends, or its request is refused, unless something happens before.
    func deadline(in phase: RequestGate.Phase) -> NIODeadline? {
        guard let stuckSince else { return deadlineOfClient(in: phase) }
        let end = stuckSince + .milliseconds(limits.requestMilliseconds)
        return min(end, deadlineOfClient(in: phase) ?? end)
    }

    private func deadlineOfClient(in phase: RequestGate.Phase) -> NIODeadline? {
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
