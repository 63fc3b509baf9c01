import LatchkeyClient
import Synchronization

/// A clock that stands still until somebody sleeps, and then is there at once: a year passes in no time.
final class JumpingClock: Sendable {
    private let time = Mutex((now: Duration.seconds(1_000_000), naps: [Duration]()))

    var now: Duration { time.withLock { $0.now } }
    /// How long each sleeper meant to sleep.
    var naps: [Duration] { time.withLock { $0.naps } }

    func pass(_ duration: Duration) {
        time.withLock { $0.now += duration }
    }

    var clock: MonotonicClock {
        MonotonicClock(
            now: { self.now },
            sleep: { instant in
                try Task.checkCancellation()
                self.time.withLock {
                    $0.naps.append(instant - $0.now)
                    $0.now = max($0.now, instant)
                }
                await Task.yield()
            }
        )
    }
}
