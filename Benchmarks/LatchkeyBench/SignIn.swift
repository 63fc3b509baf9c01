import ArgumentParser
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// `latchkey-bench sign-in`.
struct SignIn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Signs in again and again, each client with an account of its own.",
        discussion: "Prints a line once the first answer is there, and the result at the end."
    )

    @Option(help: "The address of api-token-generate.")
    var url: String

    @Option(help: "How many accounts the data directory was seeded with.")
    var accounts: Int

    @Option(help: "Clients that sign in at once.")
    var clients = 16

    @Option(help: "How long to go on.")
    var seconds = 10

    func validate() throws {
        guard 1...SeededAccounts.signingIn ~= clients, accounts >= clients, 1...600 ~= seconds else {
            throw ValidationError("1 to \(SeededAccounts.signingIn) clients, for 1 to 600 seconds")
        }
    }

    func run() async throws {
        let target = try LoadTarget(url)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let channels = try await LoadConnection.open(clients, to: target, on: eventLoop)
        let result = try await eventLoop.flatSubmit { [accounts, seconds] in
            let promise = eventLoop.makePromise(of: SignInResult.self)
            do {
                let connections = try channels.map { try $0.pipeline.syncOperations.handler(type: LoadConnection.self) }
                let run = SignInRun(target, promise, until: .now() + .seconds(Int64(seconds)))
                // From the last account down: those have no sampled token.
                for (number, connection) in connections.enumerated() {
                    run.signIn(SeededAccounts.email(accounts - 1 - number), connection)
                }
                eventLoop.scheduleTask(in: .seconds(Int64(seconds) + 20)) {
                    promise.fail(BenchmarkFailure("some sign-ins were not answered for 20 s"))
                }
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.get()
        try report(result)
        try await group.shutdownGracefully()
    }
}

/// Times in milliseconds.
struct SignInResult: Encodable, Sendable {
    let ok: Int
    let unavailable: Int
    let other: Int
    /// Tokens a second.
    let perSecond: Double
    let p50: Double
    let p99: Double
}

/// The run itself, on one event loop.
private final class SignInRun {
    private struct Started: Encodable {
        let started = true
    }

    private let target: LoadTarget
    private let promise: EventLoopPromise<SignInResult>
    private let start = NIODeadline.now()
    private let end: NIODeadline
    private var running = 0
    private var ok = 0
    private var unavailable = 0
    private var other = 0
    private var latencies: [Int64] = []

    init(_ target: LoadTarget, _ promise: EventLoopPromise<SignInResult>, until end: NIODeadline) {
        self.target = target
        self.promise = promise
        self.end = end
    }

    /// Signs in to one account until the end.
    func signIn(_ email: String, _ connection: LoadConnection) {
        let body = ByteBuffer(string: "{\"email\":\"\(email)\",\"password\":\"\(SeededAccounts.password)\"}")
        let head = target.head(
            .POST,
            [("Content-Type", "application/json"), ("Content-Length", String(body.readableBytes))]
        )
        running += 1
        repeatedly(head, body, connection)
    }

    private func repeatedly(_ head: HTTPRequestHead, _ body: ByteBuffer, _ connection: LoadConnection) {
        let sent = NIODeadline.now()
        connection.send(head, body: body) { status in
            self.count(status, since: sent)
            if status != LoadConnection.lost, NIODeadline.now() < self.end {
                self.repeatedly(head, body, connection)
            } else {
                self.running -= 1
                if self.running == 0 { self.finish() }
            }
        }
    }

    private func count(_ status: Int, since sent: NIODeadline) {
        if ok + unavailable + other == 0 { try? report(Started()) }
        switch status {
        case 200:
            ok += 1
            latencies.append((NIODeadline.now() - sent).nanoseconds)
        case 503: unavailable += 1
        default: other += 1
        }
    }

    private func finish() {
        let elapsed = Double((NIODeadline.now() - start).nanoseconds) / 1_000_000_000
        let latency = Percentiles(nanoseconds: latencies)
        promise.succeed(
            SignInResult(
                ok: ok,
                unavailable: unavailable,
                other: other,
                perSecond: Double(ok) / elapsed,
                p50: latency?.p50 ?? 0,
                p99: latency?.p99 ?? 0
            )
        )
    }
}
