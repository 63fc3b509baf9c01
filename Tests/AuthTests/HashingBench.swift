import Foundation

@testable import Auth

/// A hasher whose hashes wait at a gate and whose clock stands still.
final class HashingBench: Sendable {
    let gate = Gate()
    let hasher: PasswordHasher
    private let clock: Mutexed<ContinuousClock.Instant>
    private let record: Mutexed<[String]>

    init(threads: Int, capacity: Int = 64) {
        let (gate, clock, record) = (gate, Mutexed(ContinuousClock.now), Mutexed([String]()))
        self.clock = clock
        self.record = record
        let queue = HashingQueue(
            threads: threads,
            capacity: capacity,
            deadline: .seconds(2),
            now: { clock.withLock { $0 } }
        )
        hasher = PasswordHasher(
            queue: queue,
            hash: { password in
                gate.pass()
                record.withLock { $0.append(password.text) }
                return .success(password.text)
            },
            check: { _, _ in .success(.mismatch) }
        )
    }

    deinit {
        gate.open()
    }

    var hashed: [String] { record.withLock { $0 } }

    func hash(_ text: String) -> Task<String, any Error> {
        Task { [hasher] in try await hasher.hash(try Password(text)) }
    }

    func advance(by duration: Duration) {
        clock.withLock { $0 += duration }
    }

    func wait(until isReached: (PasswordHasher.Load) -> Bool) async {
        while !isReached(hasher.load), !Task.isCancelled { await Task.yield() }
    }
}

/// Blocks threads until it is opened.
final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false

    func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }

    func pass() {
        condition.withLock {
            while !isOpen { condition.wait() }
        }
    }
}

/// Behind an `NSLock`: ThreadSanitizer does not see that a `Mutex` orders what it guards.
private final class Mutexed<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        lock.withLock { body(&value) }
    }
}
