import Auth
import Testing

extension StoreContract {
    @Suite struct Attempts {
        private static let memory = AttemptMemory(
            windowSeconds: 900,
            failuresSeconds: 86_400,
            sourceSeconds: 2_592_000,
            sourcesPerAccount: 3,
            keys: 4
        )

        /// Two bytes tell one from another; the rest is the same.
        private static func bytes(_ number: Int) -> [UInt8] {
            [UInt8(number >> 8), UInt8(number & 0xFF)] + [UInt8](repeating: 7, count: 14)
        }

        private static func account(_ number: Int) -> AttemptKey {
            AttemptKey(account: bytes(number))
        }

        private static func source(_ number: Int, of account: Int) -> AttemptKey {
            AttemptKey(account: bytes(account), source: bytes(number))
        }

        @Test(arguments: StoreBackend.all)
        func `failures add up under their own key alone, in every store over the same data`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let clock = TestClock()
            let store = try place.open(clock: clock)
            let keys = [Self.account(1), Self.source(1, of: 1), Self.account(2)]
            #expect(try await store.attempts(keys).records.isEmpty)
            for count in 1...3 as ClosedRange<Int64> {
                clock.now = TestClock.start.advanced(bySeconds: count)
                let record = try await store.recordFailure(keys[0], Self.memory)
                #expect(record.failures == count)
                #expect(record.windowFailures == count)
                #expect(record.windowStartedAt == TestClock.start.advanced(bySeconds: 1))
                #expect(record.lastFailedAt == clock.now)
                #expect(record.knownUntil == nil)
            }
            #expect(try await store.recordFailure(keys[1], Self.memory).failures == 1)
            let again = try place.open(clock: clock)
            let found = try await again.attempts(keys)
            #expect(found.now == clock.now)
            #expect(found.records.mapValues(\.failures) == [keys[0]: 3, keys[1]: 1])
        }

        @Test(arguments: StoreBackend.all)
        func `no failure is lost when many are counted at once`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let stores = [try place.open(), try place.open()]
            let seen = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<64 {
                    group.addTask { try await stores[number % 2].recordFailure(Self.account(1), Self.memory).failures }
                }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
            #expect(seen == Set(1...64))
        }

        @Test(arguments: StoreBackend.all)
        func `a window ends by its age, and failures in a row by the age of the last`(backend: StoreBackend)
            async throws
        {
            let place = try backend.makePlace()
            let clock = TestClock()
            let store = try place.open(clock: clock)
            for _ in 1...3 { _ = try await store.recordFailure(Self.account(1), Self.memory) }
            clock.now = TestClock.start.advanced(bySeconds: 899)
            #expect(try await store.recordFailure(Self.account(1), Self.memory).windowFailures == 4)
            clock.now = TestClock.start.advanced(bySeconds: 900)
            let next = try await store.recordFailure(Self.account(1), Self.memory)
            #expect(next.failures == 5)
            #expect(next.windowFailures == 1)
            #expect(next.windowStartedAt == clock.now)
            clock.now = clock.now.advanced(bySeconds: 86_400)
            #expect(try await store.recordFailure(Self.account(1), Self.memory).failures == 1)
        }

        @Test(arguments: StoreBackend.all)
        func `a success forgets the account's failures, and no other's, and its source is known`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let clock = TestClock()
            let store = try place.open(clock: clock)
            try await store.recordSuccess(Self.source(1, of: 1), Self.memory)
            let failed = [Self.account(1), Self.source(1, of: 1), Self.source(2, of: 1), Self.account(2)]
            for key in failed { _ = try await store.recordFailure(key, Self.memory) }
            clock.now = TestClock.start.advanced(bySeconds: 60)
            try await store.recordSuccess(Self.source(2, of: 1), Self.memory)
            let records = try await store.attempts(failed).records
            #expect(records[Self.account(1)] == nil)
            #expect(records[Self.account(2)]?.failures == 1)
            #expect(records[Self.source(1, of: 1)]?.failures == 0)
            #expect(records[Self.source(1, of: 1)]?.knownUntil == TestClock.start.advanced(bySeconds: 2_592_000))
            #expect(records[Self.source(2, of: 1)]?.failures == 0)
            #expect(records[Self.source(2, of: 1)]?.knownUntil == clock.now.advanced(bySeconds: 2_592_000))
        }

        @Test(arguments: StoreBackend.all)
        func `an account knows a few sources, the last ones`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let clock = TestClock()
            let store = try place.open(clock: clock)
            for number in 1...5 {
                clock.now = clock.now.advanced(bySeconds: 1)
                try await store.recordSuccess(Self.source(number, of: 1), Self.memory)
            }
            try await store.recordSuccess(Self.source(1, of: 2), Self.memory)
            let keys = (1...5).map { Self.source($0, of: 1) } + [Self.source(1, of: 2)]
            let known = try await store.attempts(keys).records.keys
            #expect(Set(known) == Set(keys[2...]))
        }

        @Test(arguments: StoreBackend.all)
        func `pruning takes what is of no more use`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let clock = TestClock()
            let store = try place.open(clock: clock)
            let keys = [Self.account(1), Self.account(2), Self.source(1, of: 1), Self.source(2, of: 1)]
            _ = try await store.recordFailure(keys[0], Self.memory)
            try await store.recordSuccess(keys[2], Self.memory)
            clock.now = TestClock.start.advanced(bySeconds: 86_400)
            _ = try await store.recordFailure(keys[1], Self.memory)
            _ = try await store.recordFailure(keys[2], Self.memory)
            try await store.pruneAttempts(Self.memory)
            #expect(try await Set(store.attempts(keys).records.keys) == [keys[1], keys[2]])
            clock.now = TestClock.start.advanced(bySeconds: 2_591_999)
            try await store.pruneAttempts(Self.memory)
            #expect(try await Set(store.attempts(keys).records.keys) == [keys[2]])
            clock.now = TestClock.start.advanced(bySeconds: 2_592_000)
            try await store.pruneAttempts(Self.memory)
            #expect(try await store.attempts(keys).records.isEmpty)
        }

        @Test(arguments: StoreBackend.all)
        func `noise never drives out what locks an account, nor the sources that are known`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let clock = TestClock()
            let store = try place.open(clock: clock)
            let locked = Self.account(1)
            for _ in 1...3 { _ = try await store.recordFailure(locked, Self.memory) }
            for number in 1...3 { try await store.recordSuccess(Self.source(number, of: 2), Self.memory) }
            let noise = (10..<30).map(Self.account)
            for key in noise {
                clock.now = clock.now.advanced(bySeconds: 1)
                _ = try await store.recordFailure(key, Self.memory)
            }
            try await store.pruneAttempts(Self.memory)
            let sources = (1...3).map { Self.source($0, of: 2) }
            let left = try await Set(store.attempts([locked] + noise + sources).records.keys)
            #expect(left == Set([locked] + noise.suffix(3) + sources))
        }

        @Test(arguments: StoreBackend.all)
        func `of too many sources those known longest ago go`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let clock = TestClock()
            let store = try place.open(clock: clock)
            let sources = (1...6).map { Self.source(1, of: $0) }
            for key in sources {
                clock.now = clock.now.advanced(bySeconds: 1)
                try await store.recordSuccess(key, Self.memory)
            }
            try await store.pruneAttempts(Self.memory)
            #expect(try await Set(store.attempts(sources).records.keys) == Set(sources.suffix(4)))
        }

        @Test(arguments: StoreBackend.all)
        func `unlocking forgets the failures of one account, keeps its sources, and is audited once`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let store = try place.open(clock: TestClock())
            try await store.add(person(1, "ann@example.com"))
            try await store.recordSuccess(Self.source(1, of: 1), Self.memory)
            let keys = [Self.account(1), Self.source(1, of: 1), Self.account(2)]
            for key in keys { _ = try await store.recordFailure(key, Self.memory) }
            #expect(try await store.unlock(id(1), keys[0], audit: draft(.accountUnlocked)))
            let records = try await store.attempts(keys).records
            #expect(records[keys[0]] == nil)
            #expect(records[keys[1]]?.failures == 0)
            #expect(records[keys[1]]?.knownUntil != nil)
            #expect(records[keys[2]]?.failures == 1)
            #expect(try await store.unlock(id(1), keys[0], audit: draft(.accountUnlocked)) == false)
            let events = try await store.auditEvents(of: id(1), after: 0, limit: 10)
            #expect(events.map(\.draft.kind) == [.accountAdded, .accountUnlocked])
            await #expect(throws: AuthError.noSuchAccount) {
                _ = try await store.unlock(id(9), keys[2], audit: draft(.accountUnlocked))
            }
            #expect(try await store.attempts(keys).records[keys[2]]?.failures == 1)
        }
    }
}
