/// The failures counted under one key, as stored.
package struct AttemptRecord: Equatable, Sendable {
    /// In a row, since the last success or since there was none for as long as failures are remembered.
    package var failures: Int64
    package var windowStartedAt: Timestamp
    package var windowFailures: Int64
    package var lastFailedAt: Timestamp
    /// Of a source: until when it is known, for a sign-in from it succeeded.
    package let knownUntil: Timestamp?

    package init(
        failures: Int64,
        windowStartedAt: Timestamp,
        windowFailures: Int64,
        lastFailedAt: Timestamp,
        knownUntil: Timestamp?
    ) {
        self.failures = failures
        self.windowStartedAt = windowStartedAt
        self.windowFailures = windowFailures
        self.lastFailedAt = lastFailedAt
        self.knownUntil = knownUntil
    }
}

/// What one read found, and the store's time then.
package struct AttemptSnapshot: Sendable {
    package let now: Timestamp
    package let records: [AttemptKey: AttemptRecord]

    package init(now: Timestamp, records: [AttemptKey: AttemptRecord]) {
        self.now = now
        self.records = records
    }
}

/// How long failures count; the store is told, for the rules are not its own.
package struct AttemptMemory: Equatable, Sendable {
    /// The length of a window.
    package let windowSeconds: Int64
    /// After as long without a failure, failures in a row begin anew.
    package let failuresSeconds: Int64
    /// How long a source stays known.
    package let sourceSeconds: Int64
    /// How many sources an account knows; the one known longest ago goes first.
    package let sourcesPerAccount: Int
    /// How many accounts, and how many sources, are kept at all.
    package let keys: Int

    package init(
        windowSeconds: Int64,
        failuresSeconds: Int64,
        sourceSeconds: Int64,
        sourcesPerAccount: Int,
        keys: Int
    ) {
        self.windowSeconds = windowSeconds
        self.failuresSeconds = failuresSeconds
        self.sourceSeconds = sourceSeconds
        self.sourcesPerAccount = sourcesPerAccount
        self.keys = keys
    }
}
