import Foundation

/// Runs work on a few threads of its own, first come first served, and refuses what it has no room or no time for.
///
/// Neither the event loops nor Swift's cooperative threads ever hash. Everyone who waits is answered exactly once: a
/// job leaves the queue once, under the lock, and whoever took it out answers it.
final class HashingQueue: @unchecked Sendable {
    private let threads: Int
    private let capacity: Int
    private let deadline: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Guards all below, and tells threads of new work and `stop` of the last thread's end.
    private let condition = NSCondition()
    private var waiting: [Job] = []
    private var load: PasswordHasher.Load
    private var liveThreads: Int
    private var isStopped = false

    init(threads: Int, capacity: Int, deadline: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.threads = max(1, threads)
        self.capacity = max(0, capacity)
        self.deadline = deadline
        self.now = now
        load = PasswordHasher.Load(threads: self.threads, capacity: self.capacity)
        liveThreads = self.threads
        for number in 1...self.threads {
            let thread = Thread { [self] in
                // Only a thread's own hand gives it the name that the system shows.
                Thread.current.name = "hash-\(number)"
                serve()
            }
            // Argon2's memory is on the heap; what is left needs a few KiB.
            thread.stackSize = 512 * 1024
            thread.start()
        }
    }

    /// Runs `work` once its turn has come. Throws `.overloaded`, and never starts it, when there is no room, when it
    /// had to wait for longer than the deadline, when the queue stops, and when the calling task is cancelled before
    /// its turn.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable () -> Result<Value, AuthError>
    ) async throws(AuthError) -> Value {
        let ticket = Ticket()
        let result: Result<Value, AuthError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enqueue(
                    ticket,
                    run: {
                        let result = work()
                        return { continuation.resume(returning: result) }
                    },
                    refuse: { continuation.resume(returning: .failure($0)) }
                )
            }
        } onCancel: {
            cancel(ticket)
        }
        return try result.get()
    }

    /// As of now; one short lock.
    var currentLoad: PasswordHasher.Load {
        condition.withLock {
            var load = load
            load.waiting = waiting.count
            return load
        }
    }

    /// Refuses those who wait and what comes later, lets running work finish, and returns when the threads have ended.
    func stop() {
        close()
        condition.withLock {
            while liveThreads > 0 { condition.wait() }
        }
    }

    /// As `stop`, without waiting for the threads.
    func close() {
        let refused = condition.withLock {
            isStopped = true
            condition.broadcast()
            load.refused += waiting.count
            defer { waiting.removeAll() }
            return waiting
        }
        for job in refused { job.refuse(overloaded) }
    }

    private var overloaded: AuthError { .overloaded(retryAfterSeconds: Int(max(1, deadline.components.seconds))) }

    private func enqueue(
        _ ticket: Ticket,
        run: @escaping @Sendable () -> @Sendable () -> Void,
        refuse: @escaping @Sendable (AuthError) -> Void
    ) {
        let job = Job(ticket: ticket, deadline: now() + deadline, run: run, refuse: refuse)
        let refused: [Job] = condition.withLock {
            var refused = takeExpired()
            if ticket.isCancelled {
                load.cancelled += 1
                refused.append(job)
            } else if isStopped || waiting.count >= capacity + threads - load.running {
                load.refused += 1
                refused.append(job)
            } else {
                waiting.append(job)
                condition.signal()
            }
            return refused
        }
        for job in refused { job.refuse(overloaded) }
    }

    private func cancel(_ ticket: Ticket) {
        let job: Job? = condition.withLock {
            ticket.isCancelled = true
            guard let place = waiting.firstIndex(where: { $0.ticket === ticket }) else { return nil }
            load.cancelled += 1
            return waiting.remove(at: place)
        }
        job?.refuse(overloaded)
    }

    /// The life of one thread.
    private func serve() {
        while let job = next() {
            let answer = job.run()
            condition.withLock {
                load.running -= 1
                load.finished += 1
            }
            answer()
        }
        condition.withLock {
            liveThreads -= 1
            condition.broadcast()
        }
    }

    /// Waits for the next job still worth running; nil when the queue has stopped.
    private func next() -> Job? {
        while true {
            let (job, refused, isOver): (Job?, [Job], Bool) = condition.withLock {
                let refused = takeExpired()
                if !waiting.isEmpty {
                    load.running += 1
                    return (waiting.removeFirst(), refused, false)
                }
                if refused.isEmpty, !isStopped { condition.wait() }
                return (nil, refused, isStopped)
            }
            for job in refused { job.refuse(overloaded) }
            if job != nil || isOver { return job }
        }
    }

    /// Removes those past their deadline: always the first ones, since all wait equally long. Call under the lock.
    private func takeExpired() -> [Job] {
        guard !waiting.isEmpty else { return [] }
        let instant = now()
        let expired = waiting.prefix { $0.deadline < instant }
        waiting.removeFirst(expired.count)
        load.expired += expired.count
        return Array(expired)
    }
}

/// One caller's place in the queue.
private struct Job: Sendable {
    let ticket: Ticket
    let deadline: ContinuousClock.Instant
    /// Does the work, and returns what tells the caller.
    let run: @Sendable () -> @Sendable () -> Void
    let refuse: @Sendable (AuthError) -> Void
}

/// Names a job before it is in the queue, since a task may be cancelled before that. Used under the queue's lock only.
private final class Ticket: @unchecked Sendable {
    var isCancelled = false
}
