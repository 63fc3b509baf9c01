import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Bounds the stop: whatever still holds the process after the time allowed, it ends.
final class StopDeadline: Service {
    private let milliseconds: Int64
    private let logger: Logger
    private let asked = Atomic(false)
    private let status = Atomic(ExitStatus.ok.rawValue)

    init(milliseconds: Int64, logger: Logger) {
        self.milliseconds = milliseconds
        self.logger = logger
    }

    /// Whether the group was told to stop, as opposed to ending by itself.
    var isStopping: Bool { asked.load(ordering: .acquiring) }

    /// What the deadline ends the process with.
    func failBy(_ status: ExitStatus) {
        self.status.store(status.rawValue, ordering: .releasing)
    }

    /// The last of its group: a group stops its services from the last to the first, so the clock starts at once.
    func run() async throws {
        try await gracefulShutdown()
        asked.store(true, ordering: .releasing)
        logger.info("stopping; requests in flight are answered first")
        Thread.detachNewThread { [self] in
            Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
            logger.warning("the time to stop is over; what was still in flight is cut off")
            _exit(status.load(ordering: .acquiring))
        }
    }
}
