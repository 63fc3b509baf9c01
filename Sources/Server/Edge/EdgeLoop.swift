import Auth
import Foundation
import NIOCore

/// What all connections of one event loop share: its token lookups, buffers, clock line and counters. Touched on that loop only.
final class EdgeLoop {
    let eventLoop: any EventLoop
    let lookups: any TokenLookups
    let metrics = LoopMetrics()
    var previousTokenUses = PreviousTokenUses()
    var lastTokenUses = LastTokenUses()
    /// Reused for every answer: a write to a socket that is not full leaves it free again before the next.
    var scratch = ByteBuffer()
    /// The same for the bodies of answers.
    var body = ByteBuffer()
    private var dateSecond: Int64 = -1
    private var dateLine = ""

    init(eventLoop: any EventLoop, store: any AuthStore) throws(AuthError) {
        self.eventLoop = eventLoop
        let isolated = eventLoop.assumeIsolated()
        lookups = try store.makeTokenLookups(
            endOfTurn: { work in isolated.execute(work) },
            onLoop: { work in eventLoop.execute(work) }
        )
    }

    /// `Date` of RFC 9110 section 6.6.1, made once a second.
    var date: String {
        let second = WallClock.system.now.seconds
        if second != dateSecond {
            dateSecond = second
            dateLine = HTTPDate.string(secondsSince1970: second)
        }
        return dateLine
    }

    /// Asks for the account's row and hands what was found to `body`, on this loop.
    func lookUp(_ account: AccountID, _ body: @escaping (TokenLookup) -> Void) {
        lookups.lookUp(account, for: ClosureWaiter(body))
    }

    private final class ClosureWaiter: TokenLookupWaiter {
        private let body: (TokenLookup) -> Void

        init(_ body: @escaping (TokenLookup) -> Void) {
            self.body = body
        }

        func finish(_ lookup: TokenLookup) {
            body(lookup)
        }
    }
}

/// IMF-fixdate: `Sun, 22 Nov 2026 13:57:00 GMT`.
enum HTTPDate {
    static func string(secondsSince1970 seconds: Int64) -> String {
        let stamp = Timestamp(milliseconds: seconds * 1000).description
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        // 1970-01-01 was a Thursday.
        let weekday = Int(((days % 7) + 11) % 7)
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = Int(stamp.dropFirst(5).prefix(2)).map { months[($0 - 1) % 12] } ?? ""
        return "\(names[weekday]), \(stamp.dropFirst(8).prefix(2)) \(month) \(stamp.prefix(4)) "
            + "\(stamp.dropFirst(11).prefix(8)) GMT"
    }
}
