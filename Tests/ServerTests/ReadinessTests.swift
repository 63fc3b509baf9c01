import Auth
import Synchronization
import Testing

@testable import Server

struct ReadinessTests {
    @Test func `it is as ready as the store, and since the first look that saw it so`() async {
        let world = World()
        let readiness = Readiness(clock: world.clock, ask: world.ask)
        let start = world.now
        #expect(await readiness.current() == Readiness.State(isReady: true, since: start, checkedAt: start))
        world.advance(milliseconds: 5_000)
        #expect(await readiness.current() == Readiness.State(isReady: true, since: start, checkedAt: world.now))
        world.failure = .unavailable("no disk")
        world.advance(milliseconds: 5_000)
        let failed = world.now
        #expect(await readiness.current() == Readiness.State(isReady: false, since: failed, checkedAt: failed))
        world.advance(milliseconds: 5_000)
        #expect(await readiness.current().since == failed)
        world.failure = nil
        world.advance(milliseconds: 5_000)
        #expect(await readiness.current() == Readiness.State(isReady: true, since: world.now, checkedAt: world.now))
    }

    @Test func `the store is asked once a second, however many want to know`() async {
        let world = World()
        let readiness = Readiness(clock: world.clock, ask: world.ask)
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<100 { tasks.addTask { _ = await readiness.current() } }
        }
        #expect(world.questions == 1)
        world.advance(milliseconds: 999)
        _ = await readiness.current()
        #expect(world.questions == 1)
        world.advance(milliseconds: 1)
        _ = await readiness.current()
        #expect(world.questions == 2)
    }
}

/// A clock that stands until it is moved, and a store that fails when told.
private final class World: Sendable {
    private struct State {
        var now = Timestamp(milliseconds: 1_800_000_000_000)
        var failure: AuthError?
        var questions = 0
    }

    private let state = Mutex(State())

    var now: Timestamp { state.withLock { $0.now } }
    var clock: WallClock { WallClock { self.now } }
    var questions: Int { state.withLock { $0.questions } }
    var failure: AuthError? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    func advance(milliseconds: Int64) {
        state.withLock { $0.now = Timestamp(milliseconds: $0.now.milliseconds + milliseconds) }
    }

    var ask: @Sendable () async throws -> Void {
        {
            let failure = self.state.withLock { state in
                state.questions += 1
                return state.failure
            }
            if let failure { throw failure }
        }
    }
}
