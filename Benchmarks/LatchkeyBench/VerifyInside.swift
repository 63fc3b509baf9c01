import ArgumentParser
import Auth
import Foundation
import Parsing
import SQLiteStorage

/// `latchkey-bench verify-inside`.
struct VerifyInside: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Times verification inside the process: header, token, lookup and judgement, without HTTP."
    )

    @Option(help: "A seeded data directory.")
    var data: String

    @Option(help: "Its sample tokens.")
    var tokensFile: String

    @Option(help: "Requests that one turn of the event loop finds waiting.")
    var batch = 32

    @Option(help: "How long to measure.")
    var seconds = 3.0

    func validate() throws {
        guard 1...4096 ~= batch, seconds > 0, seconds <= 600 else {
            throw ValidationError("batches of 1 to 4096, more than 0 and at most 600 seconds")
        }
    }

    func run() throws {
        let directory = try DataDirectory.open(data)
        let keys = try KeyFile.load(at: directory.path + "/latchkey.keys")
        let store = try SQLiteStore(in: directory, auditChain: keys.audit, clock: .system)
        let hasher = try PasswordHasher(threads: 1)
        defer { hasher.stop() }
        let authority = TokenAuthority(store: store, keys: keys.tokens, hasher: hasher, sealer: keys.passwords)
        let headers = try Samples.read(tokensFile).map { "Bearer " + $0 }
        let turn = Turn()
        let lookups = try store.makeTokenLookups(endOfTurn: { turn.work = $0 }, onLoop: { $0() })

        var verified = 0
        var position = 0
        // A first round through every token is not measured: it brings the file into memory.
        var start = VerifyInside.processorTime
        var isMeasuring = false
        while true {
            let waiters = (0..<batch).compactMap { _ in
                defer { position = (position + 1) % headers.count }
                return Verification(headers[position], authority)
            }
            for waiter in waiters { lookups.lookUp(waiter.token.account, for: waiter) }
            turn.run()
            guard waiters.count == batch, waiters.allSatisfy(\.isLive) else {
                throw BenchmarkFailure("a sample token is not live")
            }
            verified += batch
            if !isMeasuring, verified >= headers.count {
                (isMeasuring, verified, start) = (true, 0, VerifyInside.processorTime)
            } else if isMeasuring, VerifyInside.processorTime - start >= seconds {
                break
            }
        }
        let microseconds = (VerifyInside.processorTime - start) * 1_000_000
        try report(Result(batch: batch, verifications: verified, microseconds: microseconds / Double(verified)))
    }

    /// Seconds that this thread has run: what other programs do meanwhile is no part of it.
    private static var processorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    private struct Result: Encodable {
        let batch: Int
        let verifications: Int
        let microseconds: Double
    }
}

/// Stands for the event loop: keeps what is to be done at the end of a turn until `run`.
private final class Turn {
    var work: (() -> Void)?

    func run() {
        let work = work
        self.work = nil
        work?()
    }
}

/// One request's way from its header to a verdict.
private final class Verification: TokenLookupWaiter {
    let token: BearerToken
    private let authority: TokenAuthority
    private(set) var isLive = false

    init?(_ header: String, _ authority: TokenAuthority) {
        guard let text = BearerHeader.token(in: header), let token = BearerToken(text) else { return nil }
        self.token = token
        self.authority = authority
    }

    func finish(_ lookup: TokenLookup) {
        if case .live = authority.judge(token, lookup) { isLive = true }
    }
}
