import Auth
import Crypto
import Testing

extension StoreContract {
    /// The limiter's rules, over every store, with time in the test's hands.
    @Suite(.timeLimit(.minutes(5)))
    struct Throttling {
        private static let owner = IPAddress("192.0.2.1")
        private static let elsewhere = IPAddress("198.51.100.7")

        private final class Rig: Sendable {
            let clock = TestClock()
            let place: any StorePlace
            let store: any AuthStore
            let limiter: AttemptLimiter

            init(_ backend: StoreBackend, queue: Int = 64) throws {
                place = try backend.makePlace()
                store = try place.open(clock: clock)
                limiter = Rig.limiter(store, queue: queue)
            }

            static func limiter(_ store: any AuthStore, queue: Int = 64) -> AttemptLimiter {
                let key = SymmetricKey(data: [UInt8](repeating: 9, count: 32))
                return AttemptLimiter(store: store, keys: AttemptKeys(key), queue: queue, patience: .seconds(240))
            }

            func pass(_ seconds: Int64) {
                clock.now = clock.now.advanced(bySeconds: seconds)
            }

            /// A wrong guess, if it may be made; otherwise how long to wait.
            func fail(_ name: String, from address: IPAddress?) async throws(AuthError) -> Int? {
                do {
                    try await limiter.failed(limiter.begin(name, from: address))
                    return nil
                } catch {
                    guard case .tooManyAttempts(let seconds) = error else { throw error }
                    return seconds
                }
            }

            func succeed(_ name: String, from address: IPAddress?) async throws {
                await limiter.succeeded(try await limiter.begin(name, from: address))
            }

            /// Fails from another address each time, so that no address is the reason.
            func fail(_ name: String, times: Int) async throws {
                for number in 0..<times { #expect(try await fail(name, from: IPAddress.number(number)) == nil) }
            }
        }

        @Test(arguments: StoreBackend.all)
        func `five failures are free, then each waits twice as long, and ten are the most in a quarter of an hour`(
            backend: StoreBackend
        ) async throws {
            let rig = try Rig(backend)
            try await rig.fail("a@example.com", times: 5)
            for wait in [1, 2, 4, 8, 16] {
                #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == wait)
                rig.pass(Int64(wait) - 1)
                #expect(try await rig.fail("A@Example.com", from: Self.elsewhere) == 1, "in any spelling")
                rig.pass(1)
                #expect(try await rig.fail("a@example.com", from: nil) == nil)
            }
            #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == 900 - 31)
            #expect(try await rig.fail("b@example.com", from: Self.elsewhere) == nil, "another account")
            rig.pass(900 - 32)
            #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == 1)
            rig.pass(1)
            #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == nil)
            #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == 60, "never longer than a minute")
        }

        @Test(arguments: StoreBackend.all)
        func `a hundred in a row lock the account for a day, but not for a source it knows`(
            backend: StoreBackend
        ) async throws {
            let rig = try Rig(backend)
            let name = "a@example.com"
            try await rig.succeed(name, from: Self.owner)
            for _ in 0..<100 {
                #expect(try await rig.fail(name, from: Self.elsewhere) == nil)
                rig.pass(3600)
            }
            #expect(try await rig.fail(name, from: Self.elsewhere) == 86_400 - 3600)
            let state = try await rig.limiter.states(of: [EmailAddress(name)])
            let end = rig.clock.now.advanced(bySeconds: 86_400 - 3600)
            #expect(state == [SignInState(standing: .locked(until: end), failures: 100)])
            #expect(rig.limiter.counts.refused[ThrottleReason.locked.rawValue] == 1)
            try await rig.succeed(name, from: Self.owner)
            try await rig.succeed(name, from: Self.elsewhere)
        }

        @Test(arguments: StoreBackend.all)
        func `a lock ends after a day by itself`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            for _ in 0..<100 {
                #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == nil)
                rig.pass(3600)
            }
            rig.pass(86_400 - 3600 - 1)
            #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == 1)
            rig.pass(1)
            #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `a source that succeeded counts apart for thirty days, and has limits of its own`(
            backend: StoreBackend
        ) async throws {
            let rig = try Rig(backend)
            let name = "a@example.com"
            try await rig.succeed(name, from: Self.owner)
            try await rig.fail(name, times: 5)
            #expect(try await rig.fail(name, from: Self.elsewhere) != nil)
            for _ in 0..<5 { #expect(try await rig.fail(name, from: Self.owner) == nil) }
            #expect(try await rig.fail(name, from: Self.owner) == 1)
            rig.pass(30 * 86_400 - 1)
            try await rig.fail(name, times: 5)
            #expect(try await rig.fail(name, from: Self.owner) == nil)
            rig.pass(1)
            #expect(try await rig.fail(name, from: Self.owner) == nil, "the fifth and the sixth failed a second ago")
            #expect(try await rig.fail(name, from: Self.owner) == 2, "it is a stranger now")
        }

        @Test(arguments: StoreBackend.all)
        func `a success forgets the failures of its account, and none of the address`(backend: StoreBackend)
            async throws
        {
            let rig = try Rig(backend)
            for number in 0..<20 {
                let name = "victim\(number % 9)@example.com"
                #expect(try await rig.fail(name, from: Self.elsewhere) == nil)
                try await rig.succeed("mine@example.com", from: Self.elsewhere)
            }
            #expect(try await rig.fail("victim1@example.com", from: Self.elsewhere) == 60)
            try await rig.succeed("mine@example.com", from: Self.elsewhere)
            #expect(try await rig.fail("victim1@example.com", from: Self.elsewhere) == 60)
            #expect(try await rig.fail("victim1@example.com", from: IPAddress.number(1)) == nil)
            rig.pass(60)
            #expect(try await rig.fail("victim1@example.com", from: Self.elsewhere) == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `an address fails twenty times a minute and a hundred times an hour`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            for minute in 0..<5 {
                for number in 0..<20 {
                    let name = "\(minute)-\(number % 9)@example.com"
                    #expect(try await rig.fail(name, from: Self.elsewhere) == nil)
                }
                #expect(try await rig.fail("x@example.com", from: Self.elsewhere) != nil)
                rig.pass(601)
            }
            #expect(try await rig.fail("x@example.com", from: Self.elsewhere) == 3600 - 5 * 601)
            rig.pass(3600 - 5 * 601)
            #expect(try await rig.fail("x@example.com", from: Self.elsewhere) == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `the addresses of a /64 count as one, those of a /48 as four of them`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            for subnet in 0..<4 {
                for number in 0..<20 {
                    let address = IPAddress("2001:db8:1:\(subnet)::\(number + 1)")
                    #expect(try await rig.fail("\(subnet)-\(number % 9)@example.com", from: address) == nil)
                }
                #expect(try await rig.fail("x@example.com", from: IPAddress("2001:db8:1:\(subnet)::99")) == 60)
            }
            #expect(try await rig.fail("x@example.com", from: IPAddress("2001:db8:1:9::1")) == 60)
            #expect(try await rig.fail("x@example.com", from: IPAddress("2001:db8:2::1")) == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `an address fails at ten accounts in ten minutes, and may go on at those`(backend: StoreBackend)
            async throws
        {
            let rig = try Rig(backend)
            for number in 0..<10 {
                #expect(try await rig.fail("\(number)@example.com", from: Self.elsewhere) == nil)
            }
            #expect(try await rig.fail("10@example.com", from: Self.elsewhere) == 600)
            #expect(try await rig.fail("3@example.com", from: Self.elsewhere) == nil)
            #expect(rig.limiter.counts.refused[ThrottleReason.accounts.rawValue] == 1)
            rig.pass(600)
            #expect(try await rig.fail("10@example.com", from: Self.elsewhere) == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `the owner signs in from a known address that others behind it have spent`(
            backend: StoreBackend
        ) async throws {
            let rig = try Rig(backend)
            try await rig.succeed("a@example.com", from: Self.owner)
            for number in 0..<10 { #expect(try await rig.fail("\(number)@x.example", from: Self.owner) == nil) }
            #expect(try await rig.fail("b@example.com", from: Self.owner) != nil)
            try await rig.succeed("a@example.com", from: Self.owner)
        }

        @Test(arguments: StoreBackend.all)
        func `failures from known sources count for their address too`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            let names = ["a@example.com", "b@example.com", "c@example.com", "d@example.com"]
            for name in names { try await rig.succeed(name, from: Self.owner) }
            for name in names {
                for _ in 0..<5 { #expect(try await rig.fail(name, from: Self.owner) == nil) }
            }
            #expect(try await rig.fail("e@example.com", from: Self.owner) == 60)
        }

        @Test(arguments: StoreBackend.all)
        func `how long to wait is told in whole seconds, and never too short`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            try await rig.fail("a@example.com", times: 5)
            rig.clock.now = Timestamp(milliseconds: rig.clock.now.milliseconds + 999)
            #expect(try await rig.fail("a@example.com", from: Self.elsewhere) == 1)
        }

        @Test(arguments: StoreBackend.all)
        func `of many guesses at once no more are tried than one after the other`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            let (begun, refused) = try await withThrowingTaskGroup(of: SignInAttempt?.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        do {
                            return try await rig.limiter.begin("a@example.com", from: IPAddress.number(number))
                        } catch AuthError.tooManyAttempts {
                            return nil
                        }
                    }
                }
                while rig.limiter.counts.waiting < 45, !Task.isCancelled { await Task.yield() }
                var begun: [SignInAttempt] = []
                while begun.count < 5, let attempt = try await group.next() { begun.append(try #require(attempt)) }
                #expect(rig.limiter.counts.waiting == 45)
                for attempt in begun { try await rig.limiter.failed(attempt) }
                var refused = 0
                for try await attempt in group {
                    #expect(attempt == nil)
                    refused += 1
                }
                return (begun.count, refused)
            }
            #expect(begun == 5)
            #expect(refused == 45)
            #expect(rig.limiter.counts.waiting == 0)
        }

        @Test(arguments: StoreBackend.all)
        func `of many accounts tried at once from one address no more are tried than one after the other`(
            backend: StoreBackend
        ) async throws {
            let rig = try Rig(backend)
            let tried = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask { try await rig.fail("\(number)@example.com", from: Self.elsewhere) == nil }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(tried == 10)
        }

        @Test(arguments: StoreBackend.all)
        func `many sign in at once with the right password, and none is refused`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        try await rig.succeed(
                            number % 2 == 0 ? "a@example.com" : "\(number)@b.example",
                            from: Self.owner
                        )
                    }
                }
                try await group.waitForAll()
            }
            #expect(rig.limiter.counts.refused.allSatisfy { $0 == 0 })
        }

        @Test(arguments: StoreBackend.all)
        func `no more wait than may`(backend: StoreBackend) async throws {
            let rig = try Rig(backend, queue: 1)
            var begun: [SignInAttempt] = []
            for _ in 0..<5 { begun.append(try await rig.limiter.begin("a@example.com", from: nil)) }
            async let waiting = rig.limiter.begin("a@example.com", from: nil)
            while rig.limiter.counts.waiting < 1, !Task.isCancelled { await Task.yield() }
            await #expect(throws: AuthError.overloaded(retryAfterSeconds: 1)) {
                _ = try await rig.limiter.begin("a@example.com", from: nil)
            }
            for attempt in begun { rig.limiter.abandoned(attempt) }
            rig.limiter.abandoned(try await waiting)
            try await rig.fail("a@example.com", times: 5)
        }

        @Test(arguments: StoreBackend.all)
        func `an account's failures and its sources outlast the process`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            try await rig.succeed("a@example.com", from: Self.owner)
            try await rig.fail("a@example.com", times: 5)
            let again = Rig.limiter(try rig.place.open(clock: rig.clock))
            await #expect(throws: AuthError.tooManyAttempts(retryAfterSeconds: 1)) {
                _ = try await again.begin("a@example.com", from: Self.elsewhere)
            }
            again.abandoned(try await again.begin("a@example.com", from: Self.owner))
        }

        @Test(arguments: StoreBackend.all)
        func `unlocking takes effect beside a running limiter`(backend: StoreBackend) async throws {
            let rig = try Rig(backend)
            try await rig.store.add(person(1, "ann@example.com"))
            let ann = try EmailAddress("Ann@example.com")
            #expect(try await rig.limiter.unlock(ann, by: operatorSource) == false)
            try await rig.fail("ann@example.com", times: 5)
            let states = try await rig.limiter.states(of: [EmailAddress("bob@example.com"), ann])
            #expect(states[0] == SignInState(standing: .open, failures: 0))
            let end = rig.clock.now.advanced(bySeconds: 1)
            #expect(states[1] == SignInState(standing: .throttled(until: end), failures: 5))
            let other = Rig.limiter(try rig.place.open(clock: rig.clock))
            #expect(try await other.unlock(ann, by: operatorSource))
            #expect(try await rig.fail("ann@example.com", from: Self.elsewhere) == nil)
            await #expect(throws: AuthError.noSuchAccount) {
                _ = try await other.unlock(EmailAddress("nobody@example.com"), by: operatorSource)
            }
        }
    }
}

extension IPAddress {
    /// One of many addresses that share no prefix.
    fileprivate static func number(_ number: Int) -> IPAddress? {
        IPAddress("203.\(number >> 8 & 0xFF).\(number & 0xFF).1")
    }
}
