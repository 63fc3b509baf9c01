/// Attempts whose outcome is not known yet: each counts as a failure until it is, or N guesses at once would count as none.
///
/// Whoever is kept out by these alone waits for them instead of being refused: many may sign in at once with the right
/// password.
struct AttemptsInFlight {
    /// What an attempt may have to wait for.
    enum Blocker: Hashable {
        case account(AttemptKey)
        case range(AddressRange)
    }

    /// How far an account's attempts had come when somebody looked.
    struct Mark {
        fileprivate let finished: Int64
    }

    /// Lets one who waited go on.
    typealias Waiter = @Sendable () -> Void

    private struct Line {
        var begun: Int64 = 0
        var finished: Int64 = 0
        /// Those between `look` and `leave`.
        var lookers = 0
    }

    private var lines: [AttemptKey: Line] = [:]
    private var waiters: [Blocker: [Waiter]] = [:]
    private(set) var waiting = 0

    /// Call before reading the stored failures: what finishes after the mark may be missing in what is read.
    mutating func look(at key: AttemptKey) -> Mark {
        lines[key, default: Line()].lookers += 1
        return Mark(finished: lines[key]?.finished ?? 0)
    }

    mutating func leave(_ key: AttemptKey) {
        lines[key]?.lookers -= 1
        clean(key)
    }

    /// How many of an account's attempts are perhaps not in what was read since `mark`.
    func pending(_ key: AttemptKey, since mark: Mark) -> Int64 {
        (lines[key]?.begun ?? 0) - mark.finished
    }

    /// Whether one has finished since, so that reading again tells more.
    func hasMoved(_ key: AttemptKey, since mark: Mark) -> Bool {
        lines[key]?.finished != mark.finished
    }

    mutating func begin(_ key: AttemptKey) {
        lines[key, default: Line()].begun += 1
    }

    mutating func finish(_ key: AttemptKey) {
        lines[key]?.finished += 1
        clean(key)
    }

    private mutating func clean(_ key: AttemptKey) {
        if let line = lines[key], line.begun == line.finished, line.lookers == 0 { lines[key] = nil }
    }

    mutating func wait(for blocker: Blocker, _ waiter: @escaping Waiter) {
        waiters[blocker, default: []].append(waiter)
        waiting += 1
    }

    /// Takes out the one who has waited longest. Whoever is let go on, but does not begin an attempt, must let the next.
    mutating func next(for blocker: Blocker) -> Waiter? {
        guard let waiter = waiters[blocker]?.removeFirst() else { return nil }
        if waiters[blocker]?.isEmpty == true { waiters[blocker] = nil }
        waiting -= 1
        return waiter
    }
}
