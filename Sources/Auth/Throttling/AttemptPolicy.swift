/// How many failures are too many.
package struct AttemptPolicy: Sendable {
    /// Failures in a row before each next attempt has to wait: 1, 2, 4… seconds.
    var freeFailures: Int64 = 5
    var longestDelaySeconds: Int64 = 60
    var failuresPerWindow: Int64 = 10
    /// NIST SP 800-63B 3.2.2: no more than 100 in a row.
    var failuresUntilLocked: Int64 = 100
    var failuresPerMinute = 20
    var failuresPerHour = 100
    var accountsPerWindow = 10
    var accountsWindowSeconds: Int64 = 600
    /// Addresses that are remembered, in each process.
    var addresses = 50_000

    let memory = AttemptMemory(
        windowSeconds: 900,
        failuresSeconds: 86_400,
        sourceSeconds: 30 * 86_400,
        sourcesPerAccount: 16,
        // With those that are added until the next pruning, of all processes together, under 100,000.
        keys: 48_000
    )

    package init() {}

    /// What the failures under one key come to, when as many attempts more are `pending` and may fail.
    func standing(_ record: AttemptRecord?, pending: Int64 = 0, at now: Timestamp) -> SignInStanding {
        var failures = pending
        var inWindow = pending
        var windowStart = now
        var last = now
        if let record, isRecent(record.lastFailedAt, memory.failuresSeconds, now) {
            failures += record.failures
            if pending == 0 { last = record.lastFailedAt }
            if isRecent(record.windowStartedAt, memory.windowSeconds, now) {
                inWindow += record.windowFailures
                windowStart = record.windowStartedAt
            }
        }
        if failures >= failuresUntilLocked {
            return .locked(until: last.advanced(bySeconds: memory.failuresSeconds))
        }
        if inWindow >= failuresPerWindow {
            return .throttled(until: windowStart.advanced(bySeconds: memory.windowSeconds))
        }
        guard failures >= freeFailures else { return .open }
        let delay = min(1 << min(failures - freeFailures, 30), longestDelaySeconds)
        let until = last.advanced(bySeconds: delay)
        return until > now ? .throttled(until: until) : .open
    }

    /// Those that still count.
    func failuresInRow(_ record: AttemptRecord?, at now: Timestamp) -> Int64 {
        guard let record, isRecent(record.lastFailedAt, memory.failuresSeconds, now) else { return 0 }
        return record.failures
    }

    /// Whether the source may use its own bucket; one that failed too often is known no more.
    func isKnown(_ source: AttemptRecord?, at now: Timestamp) -> Bool {
        guard let source, let knownUntil = source.knownUntil, knownUntil > now else { return false }
        if case .locked = standing(source, at: now) { return false }
        return true
    }

    /// Whether a success is not worth a write: no failures of its source or of unknown ones to forget, and the source is
    /// known for about as long as can be. Failures that other known sources have to themselves then stay.
    func isSettled(_ account: AttemptRecord?, _ source: AttemptRecord?, at now: Timestamp) -> Bool {
        guard let source, let knownUntil = source.knownUntil, source.failures == 0 else { return false }
        return (account?.failures ?? 0) == 0
            && knownUntil > now.advanced(bySeconds: memory.sourceSeconds - 86_400)
    }

    /// A time ahead of now, from before the clock was set back, is no reason to keep anybody out.
    private func isRecent(_ time: Timestamp, _ seconds: Int64, _ now: Timestamp) -> Bool {
        time <= now && time.advanced(bySeconds: seconds) > now
    }
}
