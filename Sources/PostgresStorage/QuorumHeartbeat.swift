#if PostgreSQL
    import Foundation
    import Synchronization

    /// Knows whether the primary that this node reads can still commit: one that was cut off from its standbys cannot, and
    /// another may have taken its place while this one goes on answering reads.
    ///
    /// Each second a row is changed and committed synchronously. When that has not succeeded for five seconds nothing may be
    /// answered from what was read. That is safe while a failover takes longer than five seconds (Patroni: `ttl` 20), and
    /// `Connection+Promotion.swift` sees to the case in which it is noticed no sooner than it happens. A beat vouches for the
    /// primary it was made on alone, for two of a node's connections may lead to two. A database without synchronous standbys
    /// (`synchronous_standby_names` is empty) has no second primary to fear, and no beat is written to it.
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

        /// Why no change may be sent; nil when one may.
        var refusal: String? {
            state.refusal(at: .now, of: nil)
        }

        /// Why nothing that was read on this timeline up to now may be told; nil when it may.
        func refusal(of timeline: Timeline) -> String? {
            state.refusal(at: .now, of: timeline)
        }

        /// Why what was read elsewhere is not told.
        static let elsewhere = "this was read from another primary of PostgreSQL than the one that confirms commits"

        var isStarted: Bool { state.isStarted }

        /// Whether the beats are made on another primary than this timeline's.
        func isElsewhere(than timeline: Timeline) -> Bool {
            state.timeline.map { $0 != timeline } ?? false
        }

        private final class State: @unchecked Sendable {
            private enum Standing {
                case notStarted
                /// Started, and not yet known whether there are standbys.
                case unknown
                case notNeeded
                case confirmed(ContinuousClock.Instant, Timeline)
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

            var isStarted: Bool {
                standing.withLock { standing in
                    if case .notStarted = standing { false } else { true }
                }
            }

            /// Of the last beat; nil before the first.
            var timeline: Timeline? {
                standing.withLock { standing in
                    switch standing {
                    case .notStarted, .unknown: nil
                    case .notNeeded: .alone
                    case .confirmed(_, let timeline): timeline
                    }
                }
            }

            func refusal(at now: ContinuousClock.Instant, of timeline: Timeline?) -> String? {
                standing.withLock { standing in
                    switch standing {
                    case .notStarted: nil
                    case .notNeeded where timeline ?? .alone == .alone: nil
                    case .confirmed(let instant, let own) where now - instant < validity && timeline ?? own == own: nil
                    case .confirmed(let instant, _) where now - instant >= validity:
                        "no standby of PostgreSQL has confirmed a commit for 5 s; another primary may have taken over"
                    case .confirmed, .notNeeded: QuorumHeartbeat.elsewhere
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
                    if try !open.hasSynchronousStandbys(by: start + State.firstPatience) {
                        open.timeline = nil
                        standing.withLock { $0 = .notNeeded }
                    } else {
                        if open.timeline == .alone { open.timeline = nil }
                        let timeline = try open.findTimeline(by: start + State.firstPatience)
                        // Notes a promotion at once: changes wait from then on, while the new primary gathers its standbys.
                        do throws(QueryFailure) { try open.requireSettled(by: start + patience) } catch .early {}
                        let beaten = try open.run(
                            "UPDATE heartbeat SET beats = beats + 1 WHERE slot = $1 RETURNING beats",
                            [.integer(slot)],
                            isChange: true,
                            by: start + patience
                        )
                        // A commit without a change waits for no standby, and would say nothing.
                        guard beaten.count == 1 else { return }
                        standing.withLock { $0 = .confirmed(start, timeline) }
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
