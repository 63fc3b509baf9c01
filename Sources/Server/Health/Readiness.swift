import Auth

/// Whether the store answers and since when, for those who look often: it is asked once a second at most, however many want to
/// know. `/health/ready` asks the store itself, by the same question.
actor Readiness {
    struct State: Equatable, Sendable {
        let isReady: Bool
        /// When it was first seen to be so.
        let since: Timestamp
        let checkedAt: Timestamp
    }

    private static let freshSeconds: Int64 = 1

    private let ask: @Sendable () async throws -> Void
    private let clock: WallClock
    private var state: State?
    private var check: Task<State, Never>?

    /// `ask` throws when the store does not answer.
    init(clock: WallClock = .system, ask: @escaping @Sendable () async throws -> Void) {
        self.clock = clock
        self.ask = ask
    }

    func current() async -> State {
        let now = clock.now
        if let state, state.checkedAt <= now,
            now < state.checkedAt.advanced(bySeconds: Readiness.freshSeconds)
        {
            return state
        }
        // All who ask meanwhile wait for the one check; none of them can cancel it.
        let check = check ?? Task { await look() }
        self.check = check
        return await check.value
    }

    private func look() async -> State {
        var isReady = true
        do { try await ask() } catch { isReady = false }
        let now = clock.now
        let since = state.flatMap { $0.isReady == isReady ? $0.since : nil } ?? now
        let state = State(isReady: isReady, since: since, checkedAt: now)
        self.state = state
        check = nil
        return state
    }
}
