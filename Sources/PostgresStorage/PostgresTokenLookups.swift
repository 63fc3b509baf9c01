#if PostgreSQL
    import Auth

    /// The hot path's end on one event loop: gathers what is asked in a turn and hands it to the reader as one batch.
    final class PostgresTokenLookups: TokenLookups {
        private let reader: LookupReader
        private let endOfTurn: (@escaping () -> Void) -> Void
        private let onLoop: @Sendable (@escaping @Sendable () -> Void) -> Void
        private var gathered = LookupBatch()

        init(
            reader: LookupReader,
            endOfTurn: @escaping (@escaping () -> Void) -> Void,
            onLoop: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
        ) {
            self.reader = reader
            self.endOfTurn = endOfTurn
            self.onLoop = onLoop
        }

        func lookUp(_ account: AccountID, for waiter: any TokenLookupWaiter) {
            gathered.add(account, waiter)
            guard gathered.accounts.count == 1 else { return }
            endOfTurn { self.submit() }
        }

        private func submit() {
            let batch = gathered
            gathered = LookupBatch()
            reader.submit(batch) { [onLoop] batch in
                onLoop { batch.tellWaiters() }
            }
        }
    }

    /// Lookups that were asked in one turn of a loop. In one pair of hands at a time: the loop's, the reader's, the loop's.
    final class LookupBatch: @unchecked Sendable {
        private(set) var accounts: [AccountID] = []
        /// In the order of `accounts`; the reader's to fill.
        var answers: [TokenLookup] = []
        /// The loop's alone.
        private var waiters: [any TokenLookupWaiter] = []

        func add(_ account: AccountID, _ waiter: any TokenLookupWaiter) {
            accounts.append(account)
            waiters.append(waiter)
        }

        func refuse(_ reason: String) {
            answers = [TokenLookup](repeating: .unavailable(reason), count: accounts.count)
        }

        func tellWaiters() {
            for (waiter, answer) in zip(waiters, answers) { waiter.finish(answer) }
            waiters = []
        }
    }
#endif
