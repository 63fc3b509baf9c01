import Auth

/// How many tokens expire when: read from the store's index once a minute at most, and only when somebody asks.
///
/// Each count ends at `limit`, so that ten million tokens cost a scrape no more than a few hundred thousand do.
actor ExpiryGauges {
    /// Days left, as the label says.
    enum Band: String, CaseIterable {
        case expired
        case underOne = "0-1"
        case underSeven = "1-7"
        case underThirty = "7-30"
        case underNinety = "30-90"

        /// The days after which it begins; the next band's beginning is its end.
        var days: Int64? {
            switch self {
            case .expired: nil
            case .underOne: 0
            case .underSeven: 1
            case .underThirty: 7
            case .underNinety: 30
            }
        }
    }

    static let limit = 100_000
    private static let freshSeconds: Int64 = 60
    private static let day: Int64 = 86_400

    private let store: any AuthStore
    private let clock: WallClock
    private var counts: [Band: Int] = [:]
    private var readAt: Timestamp?
    private var reading: Task<[Band: Int], Never>?

    init(store: any AuthStore, clock: WallClock = .system) {
        self.store = store
        self.clock = clock
    }

    /// Empty when the store does not answer: a gauge that is missing is an alarm, an old number is none.
    func tokens() async -> [Band: Int] {
        let now = clock.now
        if let readAt, readAt <= now, now < readAt.advanced(bySeconds: ExpiryGauges.freshSeconds) { return counts }
        // All who ask meanwhile wait for the one reading; none of them can cancel it.
        let reading = reading ?? Task { await read(now) }
        self.reading = reading
        return await reading.value
    }

    private func read(_ now: Timestamp) async -> [Band: Int] {
        counts = await (try? count(now)) ?? [:]
        readAt = now
        reading = nil
        return counts
    }

    private func count(_ now: Timestamp) async throws(AuthError) -> [Band: Int] {
        var counts: [Band: Int] = [:]
        let bands = Band.allCases
        for (position, band) in bands.enumerated() {
            let end = position + 1 < bands.count ? bands[position + 1].days ?? 0 : 90
            counts[band] = try await store.countTokens(
                expiringFrom: band.days.map { now.advanced(bySeconds: $0 * ExpiryGauges.day) }
                    ?? Timestamp(milliseconds: .min),
                before: now.advanced(bySeconds: end * ExpiryGauges.day),
                limit: ExpiryGauges.limit
            )
        }
        return counts
    }
}
