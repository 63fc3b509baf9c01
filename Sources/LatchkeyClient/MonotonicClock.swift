/// Instants as the time since an origin of the clock's own, and a way to wait for one.
package struct MonotonicClock: Sendable {
    package let now: @Sendable () -> Duration
    /// Returns at `instant` or later; throws `CancellationError` when the task is cancelled before.
    package let sleep: @Sendable (_ instant: Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (_ instant: Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// `ContinuousClock`: no setting of the date moves it, and it runs on while the machine sleeps (`CLOCK_BOOTTIME` on
    /// Linux), as the server's clock does.
    package static func continuous() -> MonotonicClock {
        let clock = ContinuousClock()
        let origin = clock.now
        return MonotonicClock(
            now: { origin.duration(to: clock.now) },
            sleep: { instant in
                // The timer beneath may stand still while the machine sleeps: never more than this late after it woke.
                while true {
                    let rest = instant - origin.duration(to: clock.now)
                    guard rest > .zero else { return }
                    try await Task.sleep(for: min(rest, .seconds(30)), clock: clock)
                }
            }
        )
    }
}
