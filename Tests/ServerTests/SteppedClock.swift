import Auth
import Synchronization

/// A clock that stands until it is moved.
final class SteppedClock: Sendable {
    private let time = Mutex(WallClock.system.now)

    var now: Timestamp { time.withLock { $0 } }
    var wallClock: WallClock { WallClock { self.now } }

    func advance(bySeconds seconds: Int64) {
        time.withLock { $0 = $0.advanced(bySeconds: seconds) }
    }
}
