import Foundation

/// Figures and tokens by the thousand.
enum Samples {
    /// The lines of a file of sample tokens; throws when there are none.
    static func read(_ path: String) throws -> [String] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        guard !lines.isEmpty else { throw BenchmarkFailure("\(path) has no tokens") }
        return lines
    }
}

/// Times in milliseconds, as percentiles of all of them: none is left out, none is rounded into a bucket.
struct Percentiles: Encodable {
    let p50: Double
    let p99: Double
    let max: Double

    /// Nil without a time.
    init?(nanoseconds: [Int64]) {
        guard let last = nanoseconds.max() else { return nil }
        let sorted = nanoseconds.sorted()
        func percentile(_ share: Double) -> Double {
            // The nearest rank: the smallest time that at least this share does not exceed.
            let rank = Int((share * Double(sorted.count)).rounded(.up))
            return Double(sorted[min(Swift.max(rank, 1), sorted.count) - 1]) / 1_000_000
        }
        p50 = percentile(0.5)
        p99 = percentile(0.99)
        max = Double(last) / 1_000_000
    }
}
