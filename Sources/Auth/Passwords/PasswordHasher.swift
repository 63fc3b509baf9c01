import CSodium
import Foundation

/// Hashes passwords on threads of its own, a bounded number at a time and in a bounded queue.
package final class PasswordHasher: Sendable {
    private let queue: HashingQueue
    private let hash: @Sendable (Password) -> Result<String, AuthError>
    private let check: @Sendable (Password, String?) -> Result<PasswordCheck, AuthError>

    /// One thread fewer than there are cores, so that verification keeps one; at least one.
    package static var defaultThreads: Int { max(1, ProcessInfo.processInfo.activeProcessorCount - 1) }

    /// Starts the threads. `queue` callers may wait besides those being hashed, none longer than `deadline`. Throws
    /// `.unavailable` when libsodium does not start or there is no memory for one hash.
    package convenience init(
        parameters: PasswordHashParameters = .floor,
        threads: Int = defaultThreads,
        queue: Int = 64,
        deadline: Duration = .seconds(2)
    ) throws(AuthError) {
        guard sodium_init() >= 0 else { throw .unavailable("libsodium did not start") }
        let hashing = try Argon2id(parameters: parameters)
        self.init(
            queue: HashingQueue(threads: threads, capacity: queue, deadline: deadline, now: { .now }),
            hash: hashing.hash,
            check: hashing.check
        )
    }

    init(
        queue: HashingQueue,
        hash: @escaping @Sendable (Password) -> Result<String, AuthError>,
        check: @escaping @Sendable (Password, String?) -> Result<PasswordCheck, AuthError>
    ) {
        self.queue = queue
        self.hash = hash
        self.check = check
    }

    deinit {
        queue.close()
    }

    /// A PHC string of `password` under the current parameters. Throws `.overloaded` without having hashed.
    package func hash(_ password: Password) async throws(AuthError) -> String {
        try await queue.run { [hash] in hash(password) }
    }

    /// Checks `password` against a stored hash; against nil, at the same cost, nothing matches. Throws `.overloaded`
    /// without having hashed, and `.unavailable` when the stored hash cannot be used.
    package func verify(_ password: Password, against phc: String?) async throws(AuthError) -> PasswordCheck {
        try await queue.run { [check] in check(password, phc) }
    }

    /// Refuses those who wait, lets running hashes finish and returns when the threads have ended: it blocks for as
    /// long as one hash takes. A second call does nothing; whoever asks later gets `.overloaded`.
    package func stop() {
        queue.stop()
    }

    /// How busy the hasher is, for metrics.
    package var load: Load { queue.currentLoad }

    /// Gauges of now and counts since the start.
    package struct Load: Equatable, Sendable {
        package let threads: Int
        package let capacity: Int
        package internal(set) var waiting = 0
        package internal(set) var running = 0
        package internal(set) var finished = 0
        /// For want of room, or because the hasher stopped.
        package internal(set) var refused = 0
        package internal(set) var expired = 0
        package internal(set) var cancelled = 0
    }
}
