#if PostgreSQL
    import Auth
    import Foundation

    /// Runs transactions on a few threads, each with a connection of its own, first come first served.
    ///
    /// Threads start when there is work for them, so a command that asks one question makes one connection.
    final class ConnectionPool: Sendable {
        typealias Instant = ContinuousClock.Instant

        private let state: State
        private let patience: Duration

        /// A transaction waits for its turn and runs for at most `patience` together.
        init(size: Int, patience: Duration, connect: @escaping @Sendable () throws(QueryFailure) -> Connection) {
            state = State(size: size, connect: connect)
            self.patience = patience
        }

        deinit {
            state.stop()
        }

        /// Runs `work` on a connection, again when the server gave it up for a conflict. Not undone by the task's
        /// cancellation: once begun, a change goes on to its end whoever waits for it.
        func run<Value: Sendable>(
            _ work: @escaping @Sendable (Connection, Instant) throws -> Value
        ) async throws(AuthError) -> Value {
            let deadline = ContinuousClock.now + patience
            let outcome: Result<Value, AuthError> = await withCheckedContinuation { continuation in
                state.enqueue(
                    Job(
                        deadline: deadline,
                        run: { thread in
                            continuation.resume(returning: thread.run(by: deadline, work))
                        },
                        refuse: { continuation.resume(returning: .failure(.unavailable($0))) }
                    )
                )
            }
            return try outcome.get()
        }

        private struct Job: Sendable {
            let deadline: Instant
            let run: @Sendable (PoolThread) -> Void
            let refuse: @Sendable (String) -> Void
        }

        private final class State: @unchecked Sendable {
            private let size: Int
            private let connect: @Sendable () throws(QueryFailure) -> Connection
            /// Guards all below.
            private let condition = NSCondition()
            private var waiting: [Job] = []
            private var threads = 0
            private var idleThreads = 0
            private var isStopped = false

            private static let capacity = 1000

            init(size: Int, connect: @escaping @Sendable () throws(QueryFailure) -> Connection) {
                self.size = size
                self.connect = connect
            }

            func enqueue(_ job: Job) {
                let isAccepted = condition.withLock {
                    guard !isStopped, waiting.count < State.capacity else { return false }
                    waiting.append(job)
                    if idleThreads >= waiting.count {
                        condition.signal()
                    } else if threads < size {
                        threads += 1
                        startThread(number: threads)
                    }
                    return true
                }
                if !isAccepted { job.refuse("too many transactions wait for PostgreSQL") }
            }

            func stop() {
                let refused = condition.withLock {
                    isStopped = true
                    condition.broadcast()
                    defer { waiting = [] }
                    return waiting
                }
                for job in refused { job.refuse("the store is closed") }
            }

            private func startThread(number: Int) {
                let thread = Thread { [self] in
                    Thread.current.name = "store-\(number)"
                    let thread = PoolThread(connect)
                    while let job = next() {
                        if ContinuousClock.now < job.deadline {
                            job.run(thread)
                        } else {
                            job.refuse("the transaction waited too long for a connection to PostgreSQL")
                        }
                    }
                }
                thread.stackSize = 512 * 1024
                thread.start()
            }

            private func next() -> Job? {
                condition.withLock {
                    idleThreads += 1
                    defer { idleThreads -= 1 }
                    while waiting.isEmpty, !isStopped { condition.wait() }
                    return waiting.isEmpty ? nil : waiting.removeFirst()
                }
            }
        }
    }

    /// One thread of the pool and its connection, made when first needed and anew after it broke.
    private final class PoolThread {
        private let connect: @Sendable () throws(QueryFailure) -> Connection
        private var connection: Connection?

        init(_ connect: @escaping @Sendable () throws(QueryFailure) -> Connection) {
            self.connect = connect
        }

        func run<Value>(
            by deadline: ContinuousClock.Instant,
            _ work: (Connection, ContinuousClock.Instant) throws -> Value
        ) -> Result<Value, AuthError> {
            var conflicts = 0
            while true {
                let wasOpen = connection != nil
                var used: Connection?
                do {
                    let connection = try openConnection()
                    used = connection
                    connection.beginWork()
                    return .success(try work(connection, deadline))
                } catch let failure as QueryFailure {
                    if failure.endsConnection { connection = nil }
                    switch failure {
                    case .refused where failure.isConflict && conflicts < 3:
                        conflicts += 1
                    case .lost where wasOpen && used?.hasSentChange == false:
                        // It may have broken long ago, while nobody used it; nothing has happened.
                        continue
                    case .elsewhere where wasOpen: continue
                    default: return .failure(failure.asAuthError)
                    }
                } catch let error as AuthError {
                    return .failure(error)
                } catch {
                    return .failure(.unavailable("\(error)"))
                }
            }
        }

        private func openConnection() throws(QueryFailure) -> Connection {
            if let connection { return connection }
            let fresh = try connect()
            connection = fresh
            return fresh
        }
    }
#endif
