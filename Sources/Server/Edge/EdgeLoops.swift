import Auth
import NIOCore

/// The `EdgeLoop` of every event loop of a group.
struct EdgeLoops: Sendable {
    private let loops: [ObjectIdentifier: NIOLoopBound<EdgeLoop>]

    /// Makes each on its own loop; throws what the store throws when it cannot be read.
    init(_ group: any EventLoopGroup, store: any AuthStore) async throws {
        var loops: [ObjectIdentifier: NIOLoopBound<EdgeLoop>] = [:]
        for eventLoop in group.makeIterator() {
            loops[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                NIOLoopBound(try EdgeLoop(eventLoop: eventLoop, store: store), eventLoop: eventLoop)
            }.get()
        }
        self.loops = loops
    }

    /// The one of `eventLoop`; call it on that loop. Nil for a loop of another group.
    func on(_ eventLoop: any EventLoop) -> EdgeLoop? {
        loops[ObjectIdentifier(eventLoop)]?.value
    }

    /// Looks an account's token up on a connection's loop, with whatever else that loop is asked in this turn.
    func lookUp(_ account: AccountID, on eventLoop: any EventLoop) async -> TokenLookup {
        guard let loop = loops[ObjectIdentifier(eventLoop)] else {
            return .unavailable("not an event loop of the server")
        }
        return await withCheckedContinuation { continuation in
            eventLoop.execute {
                loop.value.lookUp(account) { continuation.resume(returning: $0) }
            }
        }
    }

    /// Judges what a request presents, at the routed door; its use is kept for the record.
    func judge(
        _ token: BearerToken,
        by authority: TokenAuthority,
        _ source: RequestSource,
        on eventLoop: any EventLoop
    ) async -> TokenVerdict {
        let verdict = authority.judge(token, await lookUp(token.account, on: eventLoop))
        if case .live(let found, let now) = verdict, let loop = loops[ObjectIdentifier(eventLoop)] {
            eventLoop.execute {
                if found.isPrevious {
                    loop.value.previousTokenUses.note(found, at: now, source)
                } else if loop.value.lastTokenUses.wants(found) {
                    loop.value.lastTokenUses.note(found, at: now, source)
                }
            }
        }
        return verdict
    }

    /// The uses of previous and of live tokens since this was asked last.
    func takeTokenUses() async throws -> (previous: [TokenUse], latest: [TokenUse]) {
        let now = WallClock.system.now
        var uses: (previous: [TokenUse], latest: [TokenUse]) = ([], [])
        for loop in loops.values {
            let taken = try await loop.eventLoop.submit {
                (loop.value.previousTokenUses.take(), loop.value.lastTokenUses.take(at: now))
            }.get()
            uses.previous += taken.0
            uses.latest += taken.1
        }
        return uses
    }

    /// The counts of all loops, added up.
    func counts() async throws -> LoopCounts {
        var total = LoopCounts()
        for loop in loops.values {
            total.add(try await loop.eventLoop.submit { loop.value.metrics.counts }.get())
        }
        return total
    }
}
