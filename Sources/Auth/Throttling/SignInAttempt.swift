/// An attempt that was let begin; whoever has one tells the limiter how it ended.
package struct SignInAttempt: Sendable {
    let name: String
    let address: IPAddress?
    let account: AttemptKey
    let source: AttemptKey
    /// The account has succeeded from here: its failures count apart, and the address is no matter.
    let isKnown: Bool
    /// A success need not be stored, as `AttemptPolicy.isSettled` says.
    let isSettled: Bool
    let begunAt: Timestamp

    /// Where a failure counts.
    var bucket: AttemptKey { isKnown ? source : account }

    /// Whether others may have to wait for its end there.
    func occupies(_ blocker: AttemptsInFlight.Blocker) -> Bool {
        switch blocker {
        case .account(let key): key == bucket
        case .range(let range): !isKnown && ranges.contains { $0.range == range }
        }
    }

    var ranges: [(range: AddressRange, factor: Int)] { address?.counted ?? [] }
}
