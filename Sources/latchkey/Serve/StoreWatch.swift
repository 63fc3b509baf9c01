import ServiceLifecycle

/// Ends the server when its store can no longer be trusted: only a restart tells what is on the disk.
struct StoreWatch: Service {
    private let failures: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() {
        (failures, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Told once, by any thread; remembered until `run` listens.
    func report(_ reason: String) {
        continuation.yield(reason)
    }

    /// Returns at the graceful shutdown; throws as soon as the store has failed.
    func run() async throws {
        for await reason in failures.cancelOnGracefulShutdown() {
            throw StoreFailed(reason: reason)
        }
    }
}

/// The disk or the database file failed under a write.
struct StoreFailed: Error {
    let reason: String
}
