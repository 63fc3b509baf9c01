import Auth
import Testing

extension StoreContract {
    @Suite struct Tokens {
        @Test(arguments: StoreBackend.all)
        func `a token is stamped by the store's clock and told by its issuer`(backend: StoreBackend) async throws {
            let clock = TestClock()
            let place = try backend.makePlace()
            let store = try place.open(clock: clock)
            try await store.add(person(1, "ann@example.com"))
            clock.now = TestClock.start.advanced(bySeconds: 60)
            let source = AuditSource.account(id(1), address: "192.0.2.1", agent: "curl/8")
            let generation = try await store.replaceToken(
                of: id(1),
                with: newToken(5, lifetimeSeconds: 600),
                ifPasswordVersion: 1,
                audit: AuditDraft(.tokenGenerated, by: source)
            )
            let account = try await store.storedAccount(1)
            #expect(generation == 1 && account.generation == 1)
            let token = try #require(account.token)
            #expect(token.issuedAt == clock.now)
            #expect(token.expiresAt == clock.now.advanced(bySeconds: 600))
            #expect(token.issuedBy == "account:\(id(1))")
        }

        @Test(arguments: StoreBackend.all)
        func `a new token replaces the old one`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            #expect(try await store.replaceToken(of: 1, 5) == 1)
            #expect(try await store.replaceToken(of: 1, 6) == 2)
            let found = try #require(try lookUp(id(1), in: store).token)
            #expect(found.digest == digest(6))
            #expect(found.keyID == 7)
        }

        @Test(arguments: StoreBackend.all)
        func `a token made for an old password is refused`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            let seen = try #require(try await store.passwordRecord(EmailAddress("ann@example.com"))).passwordVersion
            try await store.setPassword(of: id(1), to: sealed("second"), audit: draft(.passwordChanged))
            #expect(try await store.replaceToken(of: 1, 5, ifPasswordVersion: seen) == nil)
            #expect(try await store.storedAccount(1).token == nil)
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 2)
        }

        @Test(arguments: StoreBackend.all)
        func `of 64 tokens made at once the highest generation lives, and each is in the audit`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            let tokens = try await withThrowingTaskGroup(of: (UInt8, Int64).self) { group in
                for byte in 0..<64 as Range<UInt8> {
                    group.addTask { (byte, try #require(try await store.replaceToken(of: 1, byte))) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tokens.map(\.1).sorted() == Array(1...64))
            let last = try #require(tokens.max { $0.1 < $1.1 })
            #expect(try lookUp(id(1), in: store).token?.digest == digest(last.0))
            let events = try await store.auditEvents(of: id(1), after: 0, limit: 1000)
            #expect(events.count == 65)
            expectChain(events, of: 1)
        }

        @Test(arguments: StoreBackend.all)
        func `two stores over the same data lose no token and no event`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let stores = [try place.open(), try place.open()]
            try await stores[0].add(person(1, "ann@example.com"))
            let generations = try await withThrowingTaskGroup(of: Int64.self) { group in
                for byte in 0..<32 as Range<UInt8> {
                    group.addTask {
                        let store = stores[Int(byte) % 2]
                        return try #require(try await store.replaceToken(of: 1, byte))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(generations.sorted() == Array(1...32))
            expectChain(try await stores[1].auditEvents(of: id(1), after: 0, limit: 1000), of: 1)
        }

        @Test(arguments: StoreBackend.all)
        func `a revoked token is gone, and the next one has a higher generation`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            #expect(try await store.revokeToken(of: id(1), ifDigest: nil, audit: draft(.tokenRevoked)) == false)
            let first = try #require(try await store.replaceToken(of: 1, 5))
            #expect(try await store.revokeToken(of: id(1), ifDigest: nil, audit: draft(.tokenRevoked)))
            #expect(try await store.storedAccount(1).token == nil)
            #expect(try lookUp(id(1), in: store).isAbsent)
            #expect(try await store.revokeToken(of: id(1), ifDigest: nil, audit: draft(.tokenRevoked)) == false)
            let second = try #require(try await store.replaceToken(of: 1, 6))
            #expect(second > first + 1)
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 4)
        }

        @Test(arguments: StoreBackend.all)
        func `revoking one token never ends a newer one`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            _ = try await store.replaceToken(of: 1, 6)
            #expect(try await store.revokeToken(of: id(1), ifDigest: digest(5), audit: draft(.tokenRevoked)) == false)
            #expect(try lookUp(id(1), in: store).token?.digest == digest(6))
            #expect(try await store.revokeToken(of: id(1), ifDigest: digest(6), audit: draft(.tokenRevoked)))
            #expect(try lookUp(id(1), in: store).isAbsent)
        }

        @Test(arguments: StoreBackend.all)
        func `a token that is no longer the one that was seen is neither replaced nor revoked`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            func replace(_ byte: UInt8, ifGeneration generation: Int64) async throws -> Int64? {
                try await store.replaceToken(
                    of: id(1),
                    with: newToken(byte),
                    ifPasswordVersion: 1,
                    ifGeneration: generation,
                    audit: draft(.tokenGenerated)
                )
            }
            func revoke(ifGeneration generation: Int64) async throws -> Bool {
                let audit = draft(.tokenRevoked)
                return try await store.revokeToken(of: id(1), ifDigest: nil, ifGeneration: generation, audit: audit)
            }
            #expect(try await store.storedAccount(1).generation == 0)
            #expect(try await replace(5, ifGeneration: 1) == nil)
            #expect(try await revoke(ifGeneration: 0) == false)
            #expect(try await replace(5, ifGeneration: 0) == 1)
            #expect(try await replace(6, ifGeneration: 0) == nil)
            #expect(try await revoke(ifGeneration: 0) == false)
            #expect(try await replace(6, ifGeneration: 1) == 2)
            #expect(try await store.storedAccount(1).generation == 2)
            #expect(try await revoke(ifGeneration: 1) == false)
            #expect(try lookUp(id(1), in: store).token?.digest == digest(6))
            #expect(try await revoke(ifGeneration: 2))
            // Whoever saw that there was no token yet, or the one that ended, saw another than none now.
            for seen in 0...2 as ClosedRange<Int64> { #expect(try await replace(7, ifGeneration: seen) == nil) }
            #expect(try await store.storedAccount(1).generation == 3)
            // Of many who saw that, one succeeds.
            let made = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for byte in 10..<26 as Range<UInt8> { group.addTask { try await replace(byte, ifGeneration: 3) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(made.compactMap(\.self) == [4])
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 5)
        }

        @Test(arguments: StoreBackend.all)
        func `a cancelled caller does not undo the change it asked for`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await store.replaceToken(of: 1, 5)
            }
            #expect(try await task.value == 1)
            #expect(try lookUp(id(1), in: store).token?.digest == digest(5))
        }
    }
}
