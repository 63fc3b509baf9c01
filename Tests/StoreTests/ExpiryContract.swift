import Auth
import Testing

extension StoreContract {
    @Suite struct Expiry {
        /// Accounts 1 to 6 with tokens that live 100, 200, 200, 300 and 400 seconds; the last has none.
        private func store(_ place: any StorePlace, _ clock: TestClock) async throws -> any AuthStore {
            let store = try place.open(clock: clock)
            for number in 1...6 as ClosedRange<Int64> { try await store.add(person(number, "a\(number)@example.com")) }
            for (number, seconds) in [(1, 100), (2, 200), (3, 200), (4, 300), (5, 400)] as [(Int64, Int64)] {
                _ = try await store.replaceToken(
                    of: id(number),
                    with: newToken(UInt8(number), lifetimeSeconds: seconds),
                    ifPasswordVersion: 1,
                    audit: draft(.tokenGenerated)
                )
            }
            return store
        }

        @Test(arguments: StoreBackend.all)
        func `accounts are listed by the expiry of their tokens, page by page`(backend: StoreBackend) async throws {
            let clock = TestClock()
            let place = try backend.makePlace()
            let store = try await store(place, clock)
            func numbers(after cursor: ExpiryCursor, before seconds: Int64, limit: Int = 100) async throws -> [Int64] {
                let end = clock.now.advanced(bySeconds: seconds)
                return try await store.accounts(expiringAfter: cursor, before: end, limit: limit).map(\.id.number)
            }
            let start = ExpiryCursor(expiresAt: clock.now)
            #expect(try await numbers(after: start, before: 400) == [1, 2, 3, 4])
            #expect(try await numbers(after: start, before: 400, limit: 2) == [1, 2])
            let second = ExpiryCursor(expiresAt: clock.now.advanced(bySeconds: 200), number: 2)
            #expect(try await numbers(after: second, before: 10_000) == [3, 4, 5])
            let expired = ExpiryCursor(expiresAt: clock.now.advanced(bySeconds: 200))
            #expect(try await numbers(after: expired, before: 10_000) == [4, 5], "what expires now is no longer live")
            #expect(try await numbers(after: start, before: 10_000, limit: 0) == [])
        }

        @Test(arguments: StoreBackend.all)
        func `tokens are counted by expiry, up to a limit`(backend: StoreBackend) async throws {
            let clock = TestClock()
            let place = try backend.makePlace()
            let store = try await store(place, clock)
            func count(_ start: Int64, _ end: Int64, limit: Int = 100) async throws -> Int {
                try await store.countTokens(
                    expiringFrom: clock.now.advanced(bySeconds: start),
                    before: clock.now.advanced(bySeconds: end),
                    limit: limit
                )
            }
            #expect(try await count(100, 300) == 3)
            #expect(try await count(101, 301) == 3)
            #expect(try await count(-1000, 10_000) == 5)
            #expect(try await count(-1000, 10_000, limit: 2) == 2)
            _ = try await store.revokeToken(of: id(2), ifDigest: nil, audit: draft(.tokenRevoked))
            #expect(try await count(100, 300) == 2)
        }

        @Test(arguments: StoreBackend.all)
        func `a service account's scopes change, with the token it has`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            try await store.add(service(2, "export@example.com", owner: 1, scopes: "read"))
            _ = try await store.replaceToken(of: 2, 5)
            let wanted = try Scope.list("read write")
            #expect(try await store.setScopes(of: id(2), to: wanted, audit: draft(.scopesChanged)))
            #expect(try await store.setScopes(of: id(2), to: wanted, audit: draft(.scopesChanged)) == false)
            #expect(try lookUp(id(2), in: store).token?.scopes == "read write")
            #expect(try await store.storedAccount(2).scopes == wanted)
            #expect(try await store.setScopes(of: id(2), to: [], audit: draft(.scopesChanged)))
            #expect(try lookUp(id(2), in: store).token?.scopes == "")
            expectChain(try await store.auditEvents(of: id(2), after: 0, limit: 100), of: 2)
            await #expect(throws: AuthError.invalidScope("only service accounts are limited to scopes")) {
                try await store.setScopes(of: id(1), to: wanted, audit: draft(.scopesChanged))
            }
            #expect(try await store.setScopes(of: id(1), to: [], audit: draft(.scopesChanged)) == false)
            await #expect(throws: AuthError.noSuchAccount) {
                try await store.setScopes(of: id(3), to: wanted, audit: draft(.scopesChanged))
            }
        }
    }
}
