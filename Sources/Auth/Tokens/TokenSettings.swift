/// How tokens are made.
package struct TokenSettings: Equatable, Sendable {
    package let lifetimeSeconds: Int64
    package let secretDigits: Int

    /// One second to ten years of 365 days.
    package static let lifetimes: ClosedRange<Int64> = 1...315_360_000
    package static let secretDigitCounts = 31...64

    /// Values out of range are taken as the nearest in range.
    package init(lifetimeSeconds: Int64 = 31_536_000, secretDigits: Int = 31) {
        let (lifetimes, counts) = (TokenSettings.lifetimes, TokenSettings.secretDigitCounts)
        self.lifetimeSeconds = min(max(lifetimeSeconds, lifetimes.lowerBound), lifetimes.upperBound)
        self.secretDigits = min(max(secretDigits, counts.lowerBound), counts.upperBound)
    }
}
