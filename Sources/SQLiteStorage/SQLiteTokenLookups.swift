import Auth

/// The hot path: reads token rows with prepared statements on a connection of its own, a batch a turn of the loop.
final class SQLiteTokenLookups: TokenLookups {
    private struct Request {
        let account: AccountID
        let waiter: any TokenLookupWaiter
        var lookup: TokenLookup
    }

    private let path: String
    private let clock: WallClock
    private let failure: StoreFailure
    private let endOfTurn: (@escaping () -> Void) -> Void
    private var connection: LookupConnection?
    /// Two buffers that change places, so that a turn allocates nothing once they have grown.
    private var waiting: [Request] = []
    private var answering: [Request] = []
    private var isFlushDue = false

    init(
        path: String,
        clock: WallClock,
        failure: StoreFailure,
        endOfTurn: @escaping (@escaping () -> Void) -> Void
    ) throws(AuthError) {
        self.path = path
        self.clock = clock
        self.failure = failure
        self.endOfTurn = endOfTurn
        connection = try LookupConnection(path)
    }

    func lookUp(_ account: AccountID, for waiter: any TokenLookupWaiter) {
        waiting.append(Request(account: account, waiter: waiter, lookup: .unavailable("not read")))
        guard !isFlushDue else { return }
        isFlushDue = true
        endOfTurn { self.flush() }
    }

    /// The waiters hear after the snapshot is closed: what they ask from within `finish` joins the next batch.
    private func flush() {
        swap(&waiting, &answering)
        readBatch()
        for position in answering.indices {
            answering[position].waiter.finish(answering[position].lookup)
        }
        answering.removeAll(keepingCapacity: true)
        isFlushDue = !waiting.isEmpty
        if isFlushDue { endOfTurn { self.flush() } }
    }

    private func readBatch() {
        if let text = failure.text { return refuse(from: 0, text) }
        var position = 0
        do throws(AuthError) {
            let connection = try openConnection()
            // Deferred: the snapshot opens at the first SELECT, after the last request of the batch was made.
            try connection.begin()
            let now = clock.now
            while position < answering.count {
                answering[position].lookup = try connection.lookUp(answering[position].account, now: now)
                position += 1
            }
            try connection.commit()
        } catch {
            // Closing rolls back; the next batch starts on a fresh connection.
            connection = nil
            guard case .unavailable(let text) = error else { return refuse(from: position, "\(error)") }
            refuse(from: position, text)
        }
    }

    private func openConnection() throws(AuthError) -> LookupConnection {
        if let connection { return connection }
        let fresh = try LookupConnection(path)
        connection = fresh
        return fresh
    }

    private func refuse(from position: Int, _ text: String) {
        for position in position..<answering.count { answering[position].lookup = .unavailable(text) }
    }
}
