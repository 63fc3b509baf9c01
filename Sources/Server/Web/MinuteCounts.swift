import Auth
import ServiceLifecycle
import Synchronization

/// What this node did in each of the last sixty minutes, in memory alone.
final class MinuteCounts: Service {
    /// Counts since the start of the process.
    struct Totals: Sendable {
        var signIns = 0
        var failures = 0
        var throttled = 0
        var verifications = 0

        static func - (left: Totals, right: Totals) -> Totals {
            Totals(
                signIns: left.signIns - right.signIns,
                failures: left.failures - right.failures,
                throttled: left.throttled - right.throttled,
                verifications: left.verifications - right.verifications
            )
        }
    }

    /// The last minutes, the oldest first and the one that is not over yet last.
    struct Hour: Sendable {
        let minutes: [Totals]
        /// How far the last one has come.
        let secondsOfLast: Int64
    }

    static let minutes = 60
    static let seconds = 60

    private struct Samples {
        /// At the beginning of each minute, the oldest first.
        var totals = [Totals()]
        var lastAt = WallClock.system.now
    }

    private let loops: EdgeLoops
    private let signIn: SignIn
    private let samples = Mutex(Samples())

    init(loops: EdgeLoops, signIn: SignIn) {
        self.loops = loops
        self.signIn = signIn
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await Task.sleep(for: .seconds(MinuteCounts.seconds))) != nil {
                guard let totals = try? await totals() else { continue }
                samples.withLock { samples in
                    samples.totals.append(totals)
                    if samples.totals.count > MinuteCounts.minutes { samples.totals.removeFirst() }
                    samples.lastAt = WallClock.system.now
                }
            }
        }
    }

    func hour() async throws -> Hour {
        let now = try await totals()
        let (totals, lastAt) = samples.withLock { ($0.totals, $0.lastAt) }
        let minutes = zip(totals, totals.dropFirst() + [now]).map { $1 - $0 }
        return Hour(minutes: minutes, secondsOfLast: max(WallClock.system.now.seconds - lastAt.seconds, 1))
    }

    private func totals() async throws -> Totals {
        let counts = try await loops.counts()
        let verifying: [Route] = [.guardAuthRequest, .guardForwardAuth, .guardExtAuthz, .tokenStatus, .oauthIntrospect]
        let signIns = signIn.counts
        return Totals(
            signIns: signIns.succeeded,
            failures: signIns.failed,
            throttled: signIns.throttled,
            verifications: verifying.flatMap { counts.answers($0) }.reduce(0) { $0 + Int($1.count) }
        )
    }
}
