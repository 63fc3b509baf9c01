#if PostgreSQL
    import Auth
    import Foundation

    /// Answers the lookups of all event loops on one thread over one connection, as many as wait at once in one query.
    ///
    /// While one query is under way the next batch gathers, so no lookup waits for company, and none is ever answered by a
    /// query that was sent before it was asked. A thread that blocks measured as well as a socket in an event loop would
    /// allow (one connection carries over 150,000 lookups a second), and `Auth` knows no event loop.
    final class LookupReader: Sendable {
        private let state: State

        /// A query is waited for at most `patience`.
        init(
            quorum: QuorumHeartbeat,
            patience: Duration,
            connect: @escaping @Sendable () throws(QueryFailure) -> Connection
        ) {
            state = State(quorum, patience, connect)
        }

        func stop() {
            state.stop()
        }

        /// `finish` is called once, on any thread.
        func submit(_ batch: LookupBatch, _ finish: @escaping @Sendable (LookupBatch) -> Void) {
            if let refusal = state.accept(batch, finish) {
                batch.refuse(refusal)
                finish(batch)
            }
        }

        private struct Work {
            let batch: LookupBatch
            let finish: @Sendable (LookupBatch) -> Void
        }

        private final class State: @unchecked Sendable {
            private let quorum: QuorumHeartbeat
            private let patience: Duration
            private let connect: @Sendable () throws(QueryFailure) -> Connection
            /// Guards all below.
            private let condition = NSCondition()
            private var waiting: [Work] = []
            private var hasThread = false
            private var isStopped = false
            /// Why nothing is answered at the moment: whoever asks is told at once, and waits for no connection.
            private var outage: String?

            /// The thread's own.
            private var connection: Connection?
            private var query = LookupQuery()

            /// A batch larger than this is split over queries: each keeps the loops waiting for its whole length.
            private static let queryLimit = 4096
            /// Between two attempts to connect, in seconds.
            private static let pause = 0.2

            init(
                _ quorum: QuorumHeartbeat,
                _ patience: Duration,
                _ connect: @escaping @Sendable () throws(QueryFailure) -> Connection
            ) {
                self.quorum = quorum
                self.patience = patience
                self.connect = connect
            }

            /// Nil when the batch will be answered; else why not.
            func accept(_ batch: LookupBatch, _ finish: @escaping @Sendable (LookupBatch) -> Void) -> String? {
                condition.withLock {
                    if isStopped { return "the store is closed" }
                    if let outage { return outage }
                    waiting.append(Work(batch: batch, finish: finish))
                    if hasThread { condition.signal() } else { startThread() }
                    return nil
                }
            }

            func stop() {
                condition.withLock {
                    isStopped = true
                    condition.broadcast()
                }
            }

            private func startThread() {
                hasThread = true
                let thread = Thread { [self] in
                    Thread.current.name = "lookups"
                    while let works = next() { answer(works) }
                }
                thread.stackSize = 512 * 1024
                thread.start()
            }

            /// Everything that waits, up to the limit.
            private func next() -> [Work]? {
                condition.withLock {
                    while waiting.isEmpty, !isStopped { condition.wait() }
                    guard !waiting.isEmpty else { return nil }
                    var count = 0
                    let end = waiting.firstIndex { work in
                        count += work.batch.accounts.count
                        return count > State.queryLimit
                    }
                    let taken = max(1, end ?? waiting.count)
                    defer { waiting.removeFirst(taken) }
                    return Array(waiting[..<taken])
                }
            }

            private func answer(_ works: [Work]) {
                let batches = works.map(\.batch)
                if let failure = read(batches) {
                    // Those who came meanwhile would wait for the same.
                    let behind = condition.withLock {
                        outage = failure
                        defer { waiting = [] }
                        return waiting
                    }
                    for work in works + behind {
                        work.batch.refuse(failure)
                        work.finish(work.batch)
                    }
                    recover()
                } else {
                    let refusal = refusal()
                    for work in works {
                        if let refusal { work.batch.refuse(refusal) }
                        work.finish(work.batch)
                    }
                }
            }

            /// Why what was read may not be told; nil when it may.
            private func refusal() -> String? {
                let timeline = connection?.timeline ?? .alone
                // The next batch asks whichever takes writes by then.
                if quorum.isElsewhere(than: timeline) { connection = nil }
                return quorum.refusal(of: timeline)
            }

            /// Fills in the answers; nil when that went well, else why not.
            private func read(_ batches: [LookupBatch]) -> String? {
                while true {
                    let wasOpen = connection != nil
                    do throws(QueryFailure) {
                        try query.run(batches, on: openConnection(), by: .now + patience)
                        return nil
                    } catch {
                        connection = nil
                        // It may have broken long ago. What is asked once more is answered from a later snapshot.
                        if wasOpen, case .lost = error { continue }
                        return error.reason
                    }
                }
            }

            private func openConnection() throws(QueryFailure) -> Connection {
                if let connection { return connection }
                let fresh = try connectAnew()
                connection = fresh
                return fresh
            }

            private func connectAnew() throws(QueryFailure) -> Connection {
                let fresh = try connect()
                _ = try fresh.findTimeline(by: .now + patience)
                return fresh
            }

            /// Returns when there is a connection again, or nobody needs one any more.
            private func recover() {
                while true {
                    do throws(QueryFailure) {
                        connection = try connectAnew()
                        condition.withLock { outage = nil }
                        return
                    } catch {
                        let isOver = condition.withLock {
                            outage = error.reason
                            _ = condition.wait(until: Date(timeIntervalSinceNow: State.pause))
                            return isStopped
                        }
                        if isOver { return }
                    }
                }
            }
        }
    }
#endif
