import Auth

/// The latest use of each previous token on one event loop, until they are taken to the store: verification itself writes
/// nothing.
struct PreviousTokenUses {
    /// More accounts than an operator renews within a few seconds; what comes beyond is not kept.
    static let limit = 1000

    private var uses: [AccountID: TokenUse] = [:]

    mutating func note(_ token: LiveToken, at now: Timestamp, _ source: RequestSource) {
        guard uses.count < PreviousTokenUses.limit || uses[token.account] != nil else { return }
        uses[token.account] = TokenUse(
            account: token.account,
            issuedAt: token.issuedAt,
            at: now,
            source: source
        )
    }

    mutating func take() -> [TokenUse] {
        guard !uses.isEmpty else { return [] }
        defer { uses.removeAll(keepingCapacity: true) }
        return Array(uses.values)
    }
}
