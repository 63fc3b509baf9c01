#if PostgreSQL
    import Foundation
    import Synchronization

    /// Knows whether the primary that this node reads can still commit: one that was cut off from its standbys cannot, and
    /// another may have taken its place while this one goes on answering reads.
    ///
    /// Each second a row is changed and committed synchronously. When that has not succeeded for five seconds nothing may be
    /// answered from what was read. That is safe while a failover takes longer than five seconds (Patroni: `ttl` 30). A
    /// database without synchronous standbys (`synchronous_standby_names` is empty) has no second primary to fear, and no
    /// beat is written to it.
    final class QuorumHeartbeat: Sendable {
        private let state: State

        /// For how long a beat vouches, from the moment it was sent.
        static let validity: Duration = .seconds(5)

        init(connect: @escaping @Sendable () throws(QueryFailure) -> Connection) {
            state = State(connect)
        }

        /// Starts beating; a second call does nothing. Without it nothing is refused: a command of a moment needs no quorum.
        func start() {
            state.start()
        }

        func stop() {
            state.stop()
        }

        /// Why nothing that was read up to now may be told; nil when it may.
        var refusal: String? {
            state.refusal(at: .now)
        }

        private final class State: @unchecked Sendable {
            private enum Standing {
                case notStarted
                /// Started, and not yet known whether there are standbys.
                case unknown
                case notNeeded
                case confirmed(ContinuousClock.Instant)
            }

            private let connect: @Sendable () throws(QueryFailure) -> Connection
            private let standing = Mutex(Standing.notStarted)
            private let condition = NSCondition()
            private var isStopped = false

            /// The thread's own.
            private var connection: Connection?
            private let slot = Int64.random(in: 0..<256)
            private var patience = State.firstPatience

            private static let firstPatience: Duration = .seconds(5)
            private static let lastPatience: Duration = .seconds(320)

            init(_ connect: @escaping @Sendable () throws(QueryFailure) -> Connection) {
                self.connect = connect
            }

            func refusal(at now: ContinuousClock.Instant) -> String? {
                standing.withLock { standing in
                    switch standing {
                    case .notStarted, .notNeeded: nil
                    case .confirmed(let instant) where now - instant < validity: nil
                    case .confirmed:
                        "no standby of PostgreSQL has confirmed a commit for 5 s; another primary may have taken over"
                    case .unknown: "PostgreSQL has not yet told whether it has standbys"
                    }
                }
            }

            func start() {
                let isFirst = standing.withLock { standing in
                    guard case .notStarted = standing else { return false }
                    standing = .unknown
                    return true
                }
                guard isFirst else { return }
                // The first beat before anybody asks: a server that starts can answer at once.
                beat()
                let thread = Thread { [self] in
                    Thread.current.name = "heartbeat"
                    while pause() { beat() }
                }
                thread.stackSize = 512 * 1024
                thread.start()
            }

            func stop() {
                condition.withLock {
                    isStopped = true
                    condition.broadcast()
                }
            }

            private func openConnection() throws(QueryFailure) -> Connection {
                if let connection { return connection }
                let fresh = try connect()
                connection = fresh
                return fresh
            }

            private func pause() -> Bool {
                condition.withLock {
                    if !isStopped { _ = condition.wait(until: Date(timeIntervalSinceNow: 1)) }
                    return !isStopped
                }
            }

            private func beat() {
                do throws(QueryFailure) {
                    let open = try openConnection()
                    let start = ContinuousClock.now
                    let standbys = try open.run(
                        "SELECT coalesce(current_setting('synchronous_standby_names', true), '')",
                        by: start + State.firstPatience
                    )
                    if standbys.text(0, 0) == "" {
                        standing.withLock { $0 = .notNeeded }
                    } else {
                        let beaten = try open.run(
                            "UPDATE heartbeat SET beats = beats + 1 WHERE slot = $1 RETURNING beats",
                            [.integer(slot)],
                            isChange: true,
                            by: start + patience
                        )
                        // A commit without a change waits for no standby, and would say nothing.
                        guard beaten.count == 1 else { return }
                        standing.withLock { $0 = .confirmed(start) }
                    }
                    patience = State.firstPatience
                } catch {
                    // A beat that is given up keeps its session on the server until a standby confirms it. So that an outage
                    // of hours does not use up the server's connections, each next one is waited for twice as long.
                    if case .late = error { patience = min(patience * 2, State.lastPatience) }
                    connection = nil
                }
            }
        }
    }
#endif
