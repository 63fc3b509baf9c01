import NIOCore

/// The one timer of a connection. It is seldom moved: when it fires too early it looks at the deadline again, so that a
/// request that comes and goes at once costs no scheduling.
final class ConnectionTimer {
    private var scheduled: Scheduled<Void>?
    private var scheduledFor = NIODeadline.distantFuture

    func arm(for gate: RequestGate, at deadline: NIODeadline?, on eventLoop: any EventLoop) {
        guard let deadline else { return }
        if scheduled != nil {
            guard deadline < scheduledFor else { return }
            cancel()
        }
        scheduledFor = deadline
        scheduled = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self, weak gate] in
            guard let self, let gate else { return }
            self.scheduled = nil
            guard let due = gate.deadline else { return }
            if due <= eventLoop.now {
                gate.deadlinePassed()
            } else {
                self.arm(for: gate, at: due, on: eventLoop)
            }
        }
    }

    func cancel() {
        scheduled?.cancel()
        scheduled = nil
    }
}
