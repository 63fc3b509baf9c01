import Auth
import Testing

extension StoreContract {
    @Suite struct Lookups {
        @Test(arguments: StoreBackend.all)
        func `a lookup finds all that an answer needs`(backend: StoreBackend) async throws {
            let clock = TestClock()
            let place = try backend.makePlace()
            let store = try place.open(clock: clock)
            try await store.add(person(1, "Ann@example.com", role: .introspector))
            try await store.add(service(2, "export@example.com", owner: 1, scopes: "read write"))
            _ = try await store.replaceToken(of: 1, 5)
            _ = try await store.replaceToken(of: 2, 6)
            clock.now = TestClock.start.advanced(bySeconds: 9)
            let ann = try lookUp(id(1), in: store)
            guard case .found(let token, let now) = ann.lookups.last else {
                Issue.record("not found")
                return
            }
            #expect(now == clock.now)
            #expect(token.account == id(1))
            #expect(token.email == "Ann@example.com")
            #expect(token.type == .user)
            #expect(token.role == .introspector)
            #expect(token.scopes == "")
            #expect(token.digest == digest(5))
            #expect(token.keyID == 6)
            #expect(token.issuedAt == TestClock.start)
            #expect(token.expiresAt == TestClock.start.advanced(bySeconds: 3600))
            let export = try #require(try lookUp(id(2), in: store).token)
            #expect(export.type == .service)
            #expect(export.role == .member)
            #expect(export.scopes == "read write")
        }

        @Test(arguments: StoreBackend.all)
        func `no account, no token and another creation time are absent`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            try await store.add(person(2, "bob@example.com"))
            _ = try await store.replaceToken(of: 2, 5)
            #expect(try lookUp(id(1), in: store).isAbsent)
            #expect(try lookUp(id(3), in: store).isAbsent)
            #expect(try lookUp(id(2, createdAt: Timestamp(milliseconds: 0)), in: store).isAbsent)
            #expect(try lookUp(id(2), in: store).token != nil)
        }

        @Test(arguments: StoreBackend.all)
        func `all lookups of a turn are answered together, in order, and none before its end`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            for number in 1...40 as ClosedRange<Int64> {
                try await store.add(person(number, "user\(number)@example.com"))
                if number % 2 == 0 { _ = try await store.replaceToken(of: number, UInt8(number)) }
            }
            let turn = Turn()
            let lookups = try store.makeTokenLookups(on: turn)
            var order: [Int64] = []
            let waiters = (1...40 as ClosedRange<Int64>).map { number in
                let waiter = Waiter()
                waiter.onFinish = { order.append(number) }
                lookups.lookUp(id(number), for: waiter)
                return waiter
            }
            #expect(turn.count == 1)
            #expect(waiters.map(\.lookups.count).max() == 0)
            turn.end(answering: waiters)
            #expect(order == Array(1...40))
            for (position, waiter) in waiters.enumerated() {
                let number = position + 1
                #expect(waiter.token?.digest == (number % 2 == 0 ? digest(UInt8(number)) : nil))
                #expect(waiter.isAbsent == (number % 2 == 1))
            }
        }

        @Test(arguments: StoreBackend.all)
        func `a change committed between the request and the end of its turn is seen`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            let other = try place.open()
            try await store.add(person(1, "ann@example.com"))
            try await store.add(person(2, "bob@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            _ = try await store.replaceToken(of: 2, 5)
            let turn = Turn()
            let (first, second) = (Waiter(), Waiter())
            let lookups = try store.makeTokenLookups(on: turn)
            lookups.lookUp(id(1), for: first)
            _ = try await other.revokeToken(of: id(1), ifDigest: nil, audit: draft(.tokenRevoked))
            lookups.lookUp(id(2), for: second)
            _ = try await other.replaceToken(of: 2, 6)
            turn.end(answering: [first, second])
            #expect(first.isAbsent)
            #expect(second.token?.digest == digest(6))
        }

        @Test(arguments: StoreBackend.all)
        func `another store's change is seen by the very next batch`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            let other = try place.open()
            try await store.add(person(1, "ann@example.com"))
            let turn = Turn()
            let waiter = Waiter()
            let lookups = try store.makeTokenLookups(on: turn)
            for byte in 1...50 as ClosedRange<UInt8> {
                _ = try await other.replaceToken(of: 1, byte)
                lookups.lookUp(id(1), for: waiter)
                turn.end(answering: [waiter])
                #expect(waiter.token?.digest == digest(byte))
                #expect(waiter.lookups.count == Int(byte))
            }
            _ = try await other.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled))
            lookups.lookUp(id(1), for: waiter)
            turn.end(answering: [waiter])
            #expect(waiter.isAbsent)
        }

        @Test(arguments: StoreBackend.all)
        func `a lookup asked for by a waiter joins the next batch`(backend: StoreBackend) async throws {
            let clock = TestClock()
            let place = try backend.makePlace()
            let store = try place.open(clock: clock)
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            let turn = Turn()
            let (first, second, third) = (Waiter(), Waiter(), Waiter())
            let lookups = try store.makeTokenLookups(on: turn)
            first.onFinish = {
                clock.now = TestClock.start.advanced(bySeconds: 1)
                lookups.lookUp(id(1), for: second)
            }
            lookups.lookUp(id(1), for: first)
            lookups.lookUp(id(1), for: third)
            turn.end(answering: [first, third])
            #expect(first.token?.digest == digest(5))
            #expect(third.token?.digest == digest(5))
            #expect(second.lookups.isEmpty)
            #expect(turn.count == 1)
            _ = try await store.replaceToken(of: 1, 6)
            turn.end(answering: [second])
            #expect(second.token?.digest == digest(6))
            #expect([first, second, third].map(\.lookups.count) == [1, 1, 1])
            guard case .found(_, let now) = second.lookups.last else { return }
            #expect(now == clock.now)
        }

        @Test(arguments: StoreBackend.all)
        func `lookups that are let go with work outstanding still answer`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            let turn = Turn()
            let waiter = Waiter()
            try store.makeTokenLookups(on: turn).lookUp(id(1), for: waiter)
            turn.end(answering: [waiter])
            #expect(waiter.isAbsent)
        }
    }
}
