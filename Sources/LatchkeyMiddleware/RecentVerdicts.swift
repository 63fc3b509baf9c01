import Crypto
import Foundation

/// Passing verdicts that may be used again for a bounded time, by the digest of what they were about. Bounded: a new one takes
/// the place of the oldest.
struct RecentVerdicts: Sendable {
    /// SHA-256 of an `Authorization` header: no token is kept.
    struct Key: Hashable, Sendable {
        private let digest: [UInt8]

        init(_ authorization: String) {
            digest = Array(SHA256.hash(data: Array(authorization.utf8)))
        }
    }

    private struct Entry {
        let identity: LatchkeyIdentity
        /// Before the question was sent, on the monotonic clock.
        let asked: Duration
        let place: Int
    }

    private let maximumStaleness: Duration
    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var places: [Key] = []
    private var next = 0

    init(maximumStaleness: Duration, capacity: Int) {
        self.maximumStaleness = maximumStaleness
        self.capacity = capacity
    }

    /// The identity that passed not longer than the staleness ago, unless its token has expired since.
    func identity(_ key: Key, at now: Duration, date: Date) -> LatchkeyIdentity? {
        guard let entry = entries[key], now - entry.asked < maximumStaleness, date < entry.identity.expires else {
            return nil
        }
        return entry.identity
    }

    mutating func keep(_ identity: LatchkeyIdentity, for key: Key, asked: Duration) {
        if let older = entries[key] {
            // Two were asked at once: the later question counts.
            guard older.asked <= asked else { return }
            entries[key] = Entry(identity: identity, asked: asked, place: older.place)
            return
        }
        if places.count < capacity {
            places.append(key)
            entries[key] = Entry(identity: identity, asked: asked, place: places.count - 1)
            return
        }
        entries[places[next]] = nil
        places[next] = key
        entries[key] = Entry(identity: identity, asked: asked, place: next)
        next = (next + 1) % capacity
    }
}
