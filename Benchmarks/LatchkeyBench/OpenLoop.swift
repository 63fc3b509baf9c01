import ArgumentParser
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// `latchkey-bench open-loop`.
struct OpenLoop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verifies tokens at a fixed rate, however slowly they are answered.",
        discussion: """
            Latency counts from the instant a request was due: one that had to wait for a connection, because those before \
            it were slow, counts that wait as well.
            """
    )

    @Option(help: "The address of a path that verifies, by GET.")
    var url: String

    @Option(help: "Sample tokens, one a line.")
    var tokensFile: String

    @Option(help: "Requests a second.")
    var rate = 1000

    @Option(help: "How long to go on.")
    var seconds = 10

    @Option(help: "Connections to spread them over.")
    var connections = 64

    func validate() throws {
        guard 1...1_000_000 ~= rate, 1...600 ~= seconds, 1...4096 ~= connections else {
            throw ValidationError("1 to 1,000,000 requests a second, for 1 to 600 seconds, over 1 to 4096 connections")
        }
    }

    func run() async throws {
        let target = try LoadTarget(url)
        let tokens = try Samples.read(tokensFile)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let channels = try await LoadConnection.open(connections, to: target, on: eventLoop)
        let schedule = OpenLoopSchedule(total: rate * seconds, nanosecondsApart: 1_000_000_000 / Int64(rate))
        let result = try await eventLoop.flatSubmit { [seconds] in
            let promise = eventLoop.makePromise(of: OpenLoopResult.self)
            do {
                let connections = try channels.map { try $0.pipeline.syncOperations.handler(type: LoadConnection.self) }
                let heads = tokens.map { target.head(.GET, [("Authorization", "Bearer " + $0)]) }
                OpenLoopRun(schedule, connections, heads, promise).start(on: eventLoop)
                eventLoop.scheduleTask(in: .seconds(Int64(seconds) + 20)) {
                    promise.fail(BenchmarkFailure("some requests were not answered for 20 s"))
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

struct OpenLoopSchedule: Sendable {
    let total: Int
    let nanosecondsApart: Int64
}

/// Times in milliseconds.
struct OpenLoopResult: Encodable, Sendable {
    let requests: Int
    /// Those that were not answered with 200.
    let errors: Int
    let p50: Double
    let p99: Double
    let max: Double
    /// How late this program itself was to send, of which the server is innocent.
    let lateP99: Double
}

/// The run itself, on one event loop.
private final class OpenLoopRun {
    private let schedule: OpenLoopSchedule
    private let heads: [HTTPRequestHead]
    private let promise: EventLoopPromise<OpenLoopResult>
    private var idle: CircularBuffer<LoadConnection>
    private var overdue = CircularBuffer<Int>()
    private var start = NIODeadline.now()
    private var next = 0
    private var finished = 0
    private var errors = 0
    private var latencies: [Int64] = []
    private var lateness: [Int64] = []

    init(
        _ schedule: OpenLoopSchedule,
        _ connections: [LoadConnection],
        _ heads: [HTTPRequestHead],
        _ promise: EventLoopPromise<OpenLoopResult>
    ) {
        self.schedule = schedule
        self.heads = heads
        self.promise = promise
        idle = CircularBuffer(connections)
        latencies.reserveCapacity(schedule.total)
        lateness.reserveCapacity(schedule.total)
    }

    func start(on eventLoop: any EventLoop) {
        start = .now()
        sendDue(eventLoop)
    }

    private func due(_ number: Int) -> NIODeadline {
        start + .nanoseconds(Int64(number) * schedule.nanosecondsApart)
    }

    private func sendDue(_ eventLoop: any EventLoop) {
        let now = NIODeadline.now()
        while next < schedule.total, due(next) <= now {
            lateness.append((now - due(next)).nanoseconds)
            if let connection = idle.popFirst() {
                send(next, connection)
            } else {
                overdue.append(next)
            }
            next += 1
        }
        guard next < schedule.total else { return }
        eventLoop.assumeIsolated().scheduleTask(deadline: due(next)) { self.sendDue(eventLoop) }
    }

    private func send(_ number: Int, _ connection: LoadConnection) {
        connection.send(heads[number % heads.count]) { status in
            self.latencies.append((NIODeadline.now() - self.due(number)).nanoseconds)
            self.finished += 1
            if status != 200 { self.errors += 1 }
            guard status != LoadConnection.lost else {
                return self.promise.fail(BenchmarkFailure("the server closed a connection"))
            }
            if let number = self.overdue.popFirst() {
                self.send(number, connection)
            } else {
                self.idle.append(connection)
            }
            if self.finished == self.schedule.total { self.finish() }
        }
    }

    private func finish() {
        guard let latency = Percentiles(nanoseconds: latencies), let late = Percentiles(nanoseconds: lateness) else {
            return promise.fail(BenchmarkFailure("nothing was sent"))
        }
        promise.succeed(
            OpenLoopResult(
                requests: finished,
                errors: errors,
                p50: latency.p50,
                p99: latency.p99,
                max: latency.max,
                lateP99: late.p99
            )
        )
    }
}
