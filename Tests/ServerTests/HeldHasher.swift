import Foundation

@testable import Auth

/// A hasher of one thread on which every check waits until the test lets it end.
final class HeldHasher: Sendable {
    let hasher: PasswordHasher
    private let door: Door

    init(queue: Int) {
        let door = Door()
        self.door = door
        hasher = PasswordHasher(
            queue: HashingQueue(threads: 1, capacity: queue, deadline: .seconds(600), now: { .now }),
            hash: { _ in .failure(.unavailable("not asked for here")) },
            check: { _, _ in
                door.pass()
                return .success(.mismatch)
            }
        )
    }

    /// Returns when a check holds the thread and `waiting` wait for it, or when the test has run out of time.
    func isFull(waiting: Int) async {
        while hasher.load.running < 1 || hasher.load.waiting < waiting, !Task.isCancelled { await Task.yield() }
    }

    func letGo() {
        door.open()
    }
}

private final class Door: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false

    func pass() {
        condition.withLock {
            while !isOpen { condition.wait() }
        }
    }

    func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }
}
