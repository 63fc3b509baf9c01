import Auth

/// Uses of live tokens on one event loop, one an account in five minutes, until they are taken to the store. That leaves
/// out what comes within five minutes of the last one, so what is kept is ten minutes old at most.
///
/// Verification pays one look into a dictionary at most: what is told here in five minutes, and what is handed on at once, is bounded,
/// and what comes beyond is left out.
struct LastTokenUses {
    static let accounts = 65_536
    static let limit = 128
    private static let restMilliseconds: Int64 = 300_000

    /// The token's time of issue by account.
    private var seen: [Int64: Int64] = [:]
    private var seenSince: Int64 = 0
    private var uses: [TokenUse] = []

    /// Whether this use is worth telling; asked on every verification.
    @inline(__always)
    func wants(_ token: LiveToken) -> Bool {
        // Under load the limits answer, and the dictionary is far from the processor.
        uses.count < LastTokenUses.limit && seen.count < LastTokenUses.accounts
            && seen[token.account.number] != token.issuedAt.milliseconds
    }

    mutating func note(_ token: LiveToken, at now: Timestamp, _ source: RequestSource) {
        seen[token.account.number] = token.issuedAt.milliseconds
        uses.append(TokenUse(account: token.account, issuedAt: token.issuedAt, at: now, source: source))
    }

    mutating func take(at now: Timestamp) -> [TokenUse] {
        if now.milliseconds - seenSince >= LastTokenUses.restMilliseconds || now.milliseconds < seenSince {
            seen.removeAll()
            seenSince = now.milliseconds
        }
        guard !uses.isEmpty else { return [] }
        defer { uses.removeAll(keepingCapacity: true) }
        return uses
    }
}
