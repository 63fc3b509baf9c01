/// The failures of addresses, in this process's bounded memory.
struct AddressAttempts {
    /// Why an attempt is refused, and until when.
    enum Excess: Equatable {
        case failures(until: Timestamp)
        case accounts(until: Timestamp)
    }

    private struct Entry {
        let range: AddressRange
        let factor: Int
        var minute = Window()
        var hour = Window()
        var accountsSince = Timestamp(milliseconds: 0)
        /// Those that failed, at most as many as are allowed.
        var accounts: [UInt64] = []
        /// The accounts of attempts whose outcome is not known yet.
        var pending: [UInt64] = []
    }

    private struct Window {
        var startedAt = Timestamp(milliseconds: 0)
        var count = 0

        func count(_ seconds: Int64, at now: Timestamp) -> Int {
            AddressAttempts.isCurrent(startedAt, seconds, now) ? count : 0
        }

        mutating func add(_ seconds: Int64, at now: Timestamp) {
            if count(seconds, at: now) == 0 { self = Window(startedAt: now) }
            count += 1
        }
    }

    private let policy: AttemptPolicy
    private var places: [AddressRange: Int] = [:]
    private var entries: [Entry] = []

    init(_ policy: AttemptPolicy) {
        self.policy = policy
    }

    var count: Int { entries.count }

    /// Whether one more attempt is too many, with those pending taken for failures or not.
    func excess(_ range: AddressRange, account: UInt64, countingPending: Bool, at now: Timestamp) -> Excess? {
        guard let place = places[range] else { return nil }
        let entry = entries[place]
        let pending = countingPending ? entry.pending : []
        if entry.minute.count(60, at: now) + pending.count >= policy.failuresPerMinute * entry.factor {
            return .failures(until: entry.minute.startedAt.advanced(bySeconds: 60))
        }
        if entry.hour.count(3600, at: now) + pending.count >= policy.failuresPerHour * entry.factor {
            return .failures(until: entry.hour.startedAt.advanced(bySeconds: 3600))
        }
        let end = entry.accountsSince.advanced(bySeconds: policy.accountsWindowSeconds)
        let isCurrent = AddressAttempts.isCurrent(entry.accountsSince, policy.accountsWindowSeconds, now)
        let accounts = Set((isCurrent ? entry.accounts : []) + pending)
        guard !accounts.contains(account), accounts.count >= policy.accountsPerWindow * entry.factor else { return nil }
        return .accounts(until: end)
    }

    /// An attempt begins whose outcome will be told by `finish`.
    mutating func begin(_ range: AddressRange, factor: Int, account: UInt64, at now: Timestamp) {
        entries[place(range, factor, now)].pending.append(account)
    }

    mutating func finish(_ range: AddressRange, account: UInt64) {
        guard let place = places[range], let one = entries[place].pending.firstIndex(of: account) else { return }
        entries[place].pending.remove(at: one)
    }

    /// The limit that this failure was the last one below, if it was.
    mutating func addFailure(_ range: AddressRange, factor: Int, account: UInt64, at now: Timestamp) -> ThrottleReason?
    {
        let place = place(range, factor, now)
        entries[place].minute.add(60, at: now)
        entries[place].hour.add(3600, at: now)
        if !AddressAttempts.isCurrent(entries[place].accountsSince, policy.accountsWindowSeconds, now) {
            entries[place].accountsSince = now
            entries[place].accounts = []
        }
        let (minute, hour) = (entries[place].minute.count, entries[place].hour.count)
        let isLast = minute == policy.failuresPerMinute * factor || hour == policy.failuresPerHour * factor
        let limit = policy.accountsPerWindow * factor
        guard !entries[place].accounts.contains(account), entries[place].accounts.count < limit else {
            return isLast ? .address : nil
        }
        entries[place].accounts.append(account)
        return isLast ? .address : entries[place].accounts.count == limit ? .accounts : nil
    }

    /// Attempts are counted by when they began and in the order of their ends: a window may have started ahead of one. One
    /// that started further ahead than it is long is from before the clock was set back.
    private static func isCurrent(_ start: Timestamp, _ seconds: Int64, _ now: Timestamp) -> Bool {
        start.advanced(bySeconds: -seconds) < now && start.advanced(bySeconds: seconds) > now
    }

    private mutating func place(_ range: AddressRange, _ factor: Int, _ now: Timestamp) -> Int {
        if let place = places[range] { return place }
        let entry = Entry(range: range, factor: factor)
        if entries.count >= policy.addresses, let place = weakest(now) {
            places[entries[place].range] = nil
            entries[place] = entry
            places[range] = place
            return place
        }
        entries.append(entry)
        places[range] = entries.count - 1
        return entries.count - 1
    }

    /// Of sixteen by chance the one that counts least: no list to keep in order, and whoever has failed often is only
    /// forgotten when all sixteen have.
    private func weakest(_ now: Timestamp) -> Int? {
        var weakest: (place: Int, count: Int, since: Timestamp)?
        for _ in 0..<16 {
            let place = Int.random(in: entries.indices)
            let entry = entries[place]
            guard entry.pending.isEmpty else { continue }
            let count = entry.hour.count(3600, at: now)
            let since = entry.hour.startedAt
            if let found = weakest, (found.count, found.since) <= (count, since) { continue }
            weakest = (place, count, since)
        }
        return weakest?.place
    }
}

extension AddressAttempts.Excess {
    var reason: ThrottleReason {
        switch self {
        case .failures: .address
        case .accounts: .accounts
        }
    }

    var until: Timestamp {
        switch self {
        case .failures(let until), .accounts(let until): until
        }
    }
}
