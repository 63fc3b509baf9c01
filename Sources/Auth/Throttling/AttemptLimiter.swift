import Synchronization

/// Slows down whoever guesses passwords, without locking out whoever knows one.
///
/// Only failures count. An account's are in the store: they outlast a restart and are every node's. Those of addresses
/// are in this process. It decides before anything is hashed and never looks whether the account exists.
package final class AttemptLimiter: Sendable {
    let store: any AuthStore
    let keys: AttemptKeys
    let policy: AttemptPolicy
    private let capacity: Int
    private let patience: Duration
    private let onLimit: @Sendable (ThrottleNotice) -> Void
    private let state: Mutex<State>

    private struct State {
        var inFlight = AttemptsInFlight()
        var addresses: AddressAttempts
        var counts = ThrottleCounts()
        var newKeys = 0
    }

    private enum Verdict {
        case begin
        case refuse(ThrottleReason, until: Timestamp)
        case wait(AttemptsInFlight.Blocker)
        /// Something has changed since the failures were read.
        case lookAgain
        case overloaded
    }

    /// `queue` attempts may wait for the outcome of others; none begins to wait once `patience` is over. A wait ends with the
    /// outcome it is for, which comes within the time limits of the hasher and the store. `onLimit` hears when a failure was
    /// the last one allowed.
    package init(
        store: any AuthStore,
        keys: AttemptKeys,
        policy: AttemptPolicy = AttemptPolicy(),
        queue: Int = 64,
        patience: Duration = .seconds(2),
        onLimit: @escaping @Sendable (ThrottleNotice) -> Void = { _ in }
    ) {
        self.store = store
        self.keys = keys
        self.policy = policy
        capacity = queue
        self.patience = patience
        self.onLimit = onLimit
        state = Mutex(State(addresses: AddressAttempts(policy)))
    }

    /// For metrics.
    package var counts: ThrottleCounts {
        state.withLock { state in
            var counts = state.counts
            counts.addresses = state.addresses.count
            counts.waiting = state.inFlight.waiting
            return counts
        }
    }

    // MARK: Beginning

    /// Lets an attempt begin, whose end `succeeded`, `failed` or `abandoned` must be told. Throws `.tooManyAttempts`, and
    /// `.overloaded` when it would have to wait too long for the outcome of others.
    package func begin(_ name: String, from address: IPAddress?) async throws(AuthError) -> SignInAttempt {
        let account = keys.account(name)
        let source = keys.source(address, of: account)
        let deadline = ContinuousClock.now + patience
        // Whose end let this one go on; unless it begins, the next must be let.
        var letGoBy: AttemptsInFlight.Blocker?
        while true {
            let marks = state.withLock { state in
                (account: state.inFlight.look(at: account), source: state.inFlight.look(at: source))
            }
            let snapshot: AttemptSnapshot
            do {
                snapshot = try await store.attempts([account, source])
            } catch {
                state.withLock { state in
                    for key in [account, source] { state.inFlight.leave(key) }
                }
                letNextGo(letGoBy)
                throw error
            }
            let attempt = SignInAttempt(
                name: name,
                address: address,
                account: account,
                source: source,
                isKnown: policy.isKnown(snapshot.records[source], at: snapshot.now),
                isSettled: policy.isSettled(snapshot.records[account], snapshot.records[source], at: snapshot.now),
                begunAt: snapshot.now
            )
            let mark = attempt.isKnown ? marks.source : marks.account
            let (blocker, isLate) = (letGoBy, ContinuousClock.now > deadline)
            switch await verdict(attempt, snapshot, mark, letGoBy: blocker, isLate: isLate) {
            case .begin:
                return attempt
            case .refuse(_, let until):
                let wait = max(until.milliseconds - snapshot.now.milliseconds, 1)
                throw .tooManyAttempts(retryAfterSeconds: Int((wait + 999) / 1000))
            case .overloaded:
                throw .overloaded(retryAfterSeconds: 1)
            case .wait(let blocker):
                letGoBy = blocker
            case .lookAgain:
                break
            }
        }
    }

    /// What becomes of the attempt; `.wait` once the wait is over.
    private func verdict(
        _ attempt: SignInAttempt,
        _ snapshot: AttemptSnapshot,
        _ mark: AttemptsInFlight.Mark,
        letGoBy: AttemptsInFlight.Blocker?,
        isLate: Bool
    ) async -> Verdict {
        await withCheckedContinuation { continuation in
            // Judged and queued under one lock: whoever it waits for cannot end in between.
            let (verdict, isOver) = state.withLock { state in
                defer {
                    for key in [attempt.account, attempt.source] { state.inFlight.leave(key) }
                }
                var verdict = judge(attempt, snapshot, mark, state)
                switch verdict {
                case .begin:
                    state.inFlight.begin(attempt.bucket)
                    guard !attempt.isKnown else { break }
                    for (range, factor) in attempt.ranges {
                        state.addresses.begin(range, factor: factor, account: attempt.account.short, at: snapshot.now)
                    }
                case .refuse(let reason, _):
                    state.counts.refused[reason.rawValue] += 1
                case .wait(let blocker):
                    guard !isLate, state.inFlight.waiting < capacity else {
                        verdict = .overloaded
                        break
                    }
                    state.inFlight.wait(for: blocker) { continuation.resume(returning: .wait(blocker)) }
                    return (verdict, false)
                case .lookAgain, .overloaded:
                    break
                }
                return (verdict, true)
            }
            switch (verdict, letGoBy) {
            // It may be known by now, and then its end lets nobody go on who waits where it has waited.
            case (.begin, let before?) where !attempt.occupies(before): letNextGo(before)
            case (.begin, _), (.lookAgain, _): break
            // Who waits for the same again is let go on by those it waits for.
            case (.wait(let blocker), let before?) where blocker == before: break
            default: letNextGo(letGoBy)
            }
            if isOver { continuation.resume(returning: verdict) }
        }
    }

    private func judge(
        _ attempt: SignInAttempt,
        _ snapshot: AttemptSnapshot,
        _ mark: AttemptsInFlight.Mark,
        _ state: State
    ) -> Verdict {
        let (now, account) = (snapshot.now, attempt.account.short)
        let ranges = attempt.isKnown ? [] : attempt.ranges
        var refusals = [AttemptLimiter.refusal(policy.standing(snapshot.records[attempt.bucket], at: now))]
        for (range, _) in ranges {
            let excess = state.addresses.excess(range, account: account, countingPending: false, at: now)
            refusals.append(excess.map { ($0.reason, $0.until) })
        }
        if let (reason, until) = refusals.compactMap(\.self).max(by: { $0.1 < $1.1 }) {
            return .refuse(reason, until: until)
        }
        let pending = state.inFlight.pending(attempt.bucket, since: mark)
        guard policy.standing(snapshot.records[attempt.bucket], pending: pending, at: now) == .open else {
            return state.inFlight.hasMoved(attempt.bucket, since: mark) ? .lookAgain : .wait(.account(attempt.bucket))
        }
        for (range, _) in ranges
        where state.addresses.excess(range, account: account, countingPending: true, at: now) != nil {
            return .wait(.range(range))
        }
        return .begin
    }

    private static func refusal(_ standing: SignInStanding) -> (ThrottleReason, Timestamp)? {
        switch standing {
        case .open: nil
        case .throttled(let until): (.account, until)
        case .locked(let until): (.locked, until)
        }
    }

    // MARK: Ending

    /// The credentials were right: the account's failures are forgotten, and the source is known to it. Those of other known
    /// sources stay when there is nothing else to write (they are in nobody else's way), and an address's always,
    /// or an account of one's own would be all it takes to go on guessing.
    package func succeeded(_ attempt: SignInAttempt) async {
        if !attempt.isSettled {
            // The sign-in is done and answered for; that its source is not remembered costs it nothing now.
            try? await store.recordSuccess(attempt.source, policy.memory)
            if !attempt.isKnown { await pruneNowAndThen() }
        }
        finish(attempt)
    }

    /// The credentials were wrong, whatever was wrong with them. Throws `.unavailable` when that could not be counted.
    package func failed(_ attempt: SignInAttempt) async throws(AuthError) {
        let record: AttemptRecord
        do {
            record = try await store.recordFailure(attempt.bucket, policy.memory)
        } catch {
            finish(attempt, hasFailed: true)
            throw error
        }
        var reasons = finish(attempt, hasFailed: true)
        if record.failures == policy.failuresUntilLocked {
            reasons.append(.locked)
        } else if record.windowFailures == policy.failuresPerWindow {
            reasons.append(.account)
        }
        if !reasons.isEmpty { await tell(reasons, attempt) }
        if record.failures == 1, !attempt.isKnown { await pruneNowAndThen() }
    }

    /// Nothing was found out about the credentials.
    package func abandoned(_ attempt: SignInAttempt) {
        finish(attempt)
    }

    @discardableResult
    private func finish(_ attempt: SignInAttempt, hasFailed: Bool = false) -> [ThrottleReason] {
        let account = attempt.account.short
        let (reasons, waiters) = state.withLock { state in
            var reasons: [ThrottleReason] = []
            var waiters = [state.inFlight.next(for: .account(attempt.bucket))]
            state.inFlight.finish(attempt.bucket)
            for (range, factor) in attempt.ranges {
                if hasFailed,
                    let reason = state.addresses.addFailure(
                        range,
                        factor: factor,
                        account: account,
                        at: attempt.begunAt
                    )
                {
                    reasons.append(reason)
                }
                guard !attempt.isKnown else { continue }
                state.addresses.finish(range, account: account)
                waiters.append(state.inFlight.next(for: .range(range)))
            }
            return (reasons, waiters)
        }
        for waiter in waiters { waiter?() }
        return reasons
    }

    private func letNextGo(_ blocker: AttemptsInFlight.Blocker?) {
        guard let blocker else { return }
        state.withLock { $0.inFlight.next(for: blocker) }?()
    }

    private func tell(_ reasons: [ThrottleReason], _ attempt: SignInAttempt) async {
        var account: AccountID?
        if let email = try? EmailAddress(attempt.name) {
            account = try? await store.passwordRecord(email)?.account
        }
        for reason in reasons {
            onLimit(
                ThrottleNotice(
                    reason: reason,
                    account: account,
                    label: attempt.account.label,
                    address: attempt.address
                )
            )
        }
    }

    /// Once for as many new keys, so that the table stays small and hardly anybody waits for it.
    private func pruneNowAndThen() async {
        let isDue = state.withLock { state in
            state.newKeys += 1
            return state.newKeys % 256 == 0
        }
        if isDue { try? await store.pruneAttempts(policy.memory) }
    }
}
