import Auth
import Testing

extension StoreContract {
    @Suite struct Overlaps {
        /// Ann with an overlap of 600 seconds, whose token 5 was replaced by 6 a minute after it was made.
        private func renewed(_ place: any StorePlace, _ clock: TestClock) async throws -> any AuthStore {
            let store = try place.open(clock: clock)
            try await store.add(person(1, "ann@example.com"))
            #expect(try await store.setOverlap(of: id(1), to: 600, audit: draft(.overlapChanged)))
            _ = try await store.replaceToken(of: 1, 5)
            clock.now = TestClock.start.advanced(bySeconds: 60)
            _ = try await store.replaceToken(of: 1, 6)
            return store
        }

        private func previous(_ store: any AuthStore) throws -> (digest: TokenDigest, keyID: Int64, until: Timestamp)? {
            guard
                case .passing(let digest, let keyID, let issuedAt, let until) = try lookUp(id(1), in: store).token?
                    .previous
            else { return nil }
            #expect(issuedAt == TestClock.start)
            return (digest, keyID, until)
        }

        @Test(arguments: StoreBackend.all)
        func `without an overlap a renewal leaves one token`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            _ = try await store.replaceToken(of: 1, 6)
            let token = try #require(try lookUp(id(1), in: store).token)
            guard case .none = token.previous else {
                Issue.record("the token before is still there")
                return
            }
            #expect(try await store.storedAccount(1).overlapSeconds == nil)
            #expect(try await store.storedAccount(1).previousToken == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `a replaced token passes for the overlap, in the same row`(backend: StoreBackend) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await renewed(place, clock)
            let found = try #require(try previous(store))
            #expect(found.digest == digest(5))
            #expect(found.keyID == 6)
            #expect(found.until == clock.now.advanced(bySeconds: 600))
            #expect(try lookUp(id(1), in: store).token?.digest == digest(6))
            let account = try await store.storedAccount(1)
            #expect(account.overlapSeconds == 600)
            #expect(
                account.previousToken == .init(issuedAt: TestClock.start, until: found.until, lastUse: nil)
            )
            _ = try await store.replaceToken(of: 1, 7)
            guard case .passing(let digest, _, _, _) = try lookUp(id(1), in: store).token?.previous else {
                Issue.record("the token before does not pass")
                return
            }
            #expect(digest == newToken(6).digest, "one token before the live one, not two")
        }

        @Test(arguments: StoreBackend.all)
        func `a replaced token passes no longer than it would have lived`(backend: StoreBackend) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try place.open(clock: clock)
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.setOverlap(of: id(1), to: 600, audit: draft(.overlapChanged))
            let short = newToken(5, lifetimeSeconds: 100)
            _ = try await store.replaceToken(
                of: id(1),
                with: short,
                ifPasswordVersion: 1,
                audit: draft(.tokenGenerated)
            )
            _ = try await store.replaceToken(of: 1, 6)
            #expect(try previous(store)?.until == TestClock.start.advanced(bySeconds: 100))
            clock.now = TestClock.start.advanced(bySeconds: 3600)
            _ = try await store.replaceToken(of: 1, 7)
            #expect(try await store.storedAccount(1).previousToken == nil, "one that had expired is over")
        }

        @Test(arguments: StoreBackend.all, [5, 6] as [UInt8])
        func `revoking either token ends both`(backend: StoreBackend, byte: UInt8) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await renewed(place, clock)
            #expect(try await store.revokeToken(of: id(1), ifDigest: digest(4), audit: draft(.tokenRevoked)) == false)
            #expect(try await store.revokeToken(of: id(1), ifDigest: digest(byte), audit: draft(.tokenRevoked)))
            #expect(try lookUp(id(1), in: store).isAbsent)
            #expect(try await store.storedAccount(1).previousToken == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `a token whose overlap is over revokes nothing`(backend: StoreBackend) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await renewed(place, clock)
            clock.now = clock.now.advanced(bySeconds: 600)
            #expect(try await store.revokeToken(of: id(1), ifDigest: digest(5), audit: draft(.tokenRevoked)) == false)
            #expect(try lookUp(id(1), in: store).token?.digest == digest(6))
        }

        @Test(arguments: StoreBackend.all)
        func `a new password, disabling and switching off end the token before`(backend: StoreBackend) async throws {
            for end in 0..<3 {
                let (place, clock) = (try backend.makePlace(), TestClock())
                let store = try await renewed(place, clock)
                switch end {
                case 0: try await store.setPassword(of: id(1), to: sealed("new"), audit: draft(.passwordChanged))
                case 1: _ = try await store.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled))
                default: _ = try await store.setOverlap(of: id(1), to: nil, audit: draft(.overlapChanged))
                }
                #expect(try await store.storedAccount(1).previousToken == nil)
                #expect(try previous(store) == nil)
                #expect(try lookUp(id(1), in: store).isAbsent == (end < 2))
            }
        }

        @Test(arguments: StoreBackend.all)
        func `the latest use of a replaced token is kept, and the first is in the audit`(
            backend: StoreBackend
        ) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await renewed(place, clock)
            func use(_ seconds: Int64, _ address: String, issuedAt: Timestamp = TestClock.start) -> TokenUse {
                let source = AuditSource.account(id(1), address: address, agent: "job/1")
                return TokenUse(
                    account: id(1),
                    issuedAt: issuedAt,
                    at: clock.now.advanced(bySeconds: seconds),
                    source: RequestSource(address: IPAddress(source.address), agent: source.agent)
                )
            }
            let before = try await store.auditEvents(of: id(1), after: 0, limit: 100).count
            try await store.recordUses([use(2, "192.0.2.2"), use(1, "192.0.2.1")])
            try await store.recordUses([use(3, "192.0.2.3"), use(9, "192.0.2.9", issuedAt: clock.now)])
            let last = try #require(try await store.storedAccount(1).previousToken?.lastUse)
            #expect(last.at == clock.now.advanced(bySeconds: 3))
            #expect(last.source == RequestSource(address: IPAddress("192.0.2.3"), agent: "job/1"))
            let events = try await store.auditEvents(of: id(1), after: 0, limit: 100)
            #expect(events.count == before + 1)
            #expect(events.last?.draft.kind == .previousTokenUsed)
            #expect(events.last?.draft.source.address == "192.0.2.2")
            expectChain(events, of: 1)
            _ = try await store.replaceToken(of: 1, 7)
            #expect(try await store.storedAccount(1).previousToken?.lastUse == nil, "the use of another token")
        }

        @Test(arguments: StoreBackend.all)
        func `an overlap is set once, and only where there is an account`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            #expect(try await store.setOverlap(of: id(1), to: nil, audit: draft(.overlapChanged)) == false)
            #expect(try await store.setOverlap(of: id(1), to: 60, audit: draft(.overlapChanged)))
            #expect(try await store.setOverlap(of: id(1), to: 60, audit: draft(.overlapChanged)) == false)
            #expect(try await store.setOverlap(of: id(1), to: nil, audit: draft(.overlapChanged)))
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 100).count == 3)
            await #expect(throws: AuthError.noSuchAccount) {
                try await store.setOverlap(of: id(2), to: 60, audit: draft(.overlapChanged))
            }
        }
    }
}
