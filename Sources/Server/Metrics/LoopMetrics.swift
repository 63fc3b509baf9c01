import NIOCore

/// Counters of one event loop, written without locks by that loop alone and read by a task on it.
struct LoopCounts: Sendable {
    /// Upper bounds of the latency buckets in nanoseconds; one more bucket counts what is slower.
    static let bounds: [Int64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]
    private static let statuses = 100..<600

    private var answers = [UInt64](repeating: 0, count: Route.allCases.count * LoopCounts.statuses.count)
    private var buckets = [UInt64](repeating: 0, count: Route.allCases.count * (LoopCounts.bounds.count + 1))
    private var nanoseconds = [UInt64](repeating: 0, count: Route.allCases.count)
    var openConnections = 0
    var connections: UInt64 = 0
    /// Closed at once, for their address had its share.
    var refusedConnections: UInt64 = 0

    mutating func record(_ route: Route, status: Int, nanoseconds elapsed: Int64) {
        let status = min(max(status, LoopCounts.statuses.lowerBound), LoopCounts.statuses.upperBound - 1)
        answers[route.rawValue * LoopCounts.statuses.count + status - LoopCounts.statuses.lowerBound] += 1
        let bucket = LoopCounts.bounds.firstIndex { elapsed <= $0 } ?? LoopCounts.bounds.count
        buckets[route.rawValue * (LoopCounts.bounds.count + 1) + bucket] += 1
        nanoseconds[route.rawValue] &+= UInt64(max(elapsed, 0))
    }

    /// The answers of a route by status, only those that occurred.
    func answers(_ route: Route) -> [(status: Int, count: UInt64)] {
        LoopCounts.statuses.compactMap { status in
            let count = answers[route.rawValue * LoopCounts.statuses.count + status - LoopCounts.statuses.lowerBound]
            return count > 0 ? (status, count) : nil
        }
    }

    /// One count a bucket, not cumulative.
    func buckets(_ route: Route) -> ArraySlice<UInt64> {
        let width = LoopCounts.bounds.count + 1
        return buckets[(route.rawValue * width)..<((route.rawValue + 1) * width)]
    }

    func nanoseconds(_ route: Route) -> UInt64 { nanoseconds[route.rawValue] }

    mutating func add(_ other: LoopCounts) {
        for index in answers.indices { answers[index] += other.answers[index] }
        for index in buckets.indices { buckets[index] += other.buckets[index] }
        for index in nanoseconds.indices { nanoseconds[index] &+= other.nanoseconds[index] }
        openConnections += other.openConnections
        connections += other.connections
        refusedConnections += other.refusedConnections
    }
}

/// The counts of one loop, by reference, so that its connections share them.
final class LoopMetrics {
    var counts = LoopCounts()
}
