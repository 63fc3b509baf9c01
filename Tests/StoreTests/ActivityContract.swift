import Auth
import Testing

extension StoreContract {
    @Suite struct Activity {
        /// Ann with two service accounts, Bob with one.
        private func store(_ place: any StorePlace, _ clock: TestClock? = nil) async throws -> any AuthStore {
            let store = try place.open(clock: clock)
            try await store.add(person(1, "ann@example.com"))
            try await store.add(person(2, "bob@example.com"))
            try await store.add(service(3, "sync@ann.example", owner: 1))
            try await store.add(service(4, "export@ann.example", owner: 1))
            try await store.add(service(5, "sync@bob.example", owner: 2))
            return store
        }

        @Test(arguments: StoreBackend.all)
        func `an owner's service accounts come in pages, and nobody else's`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try await store(place)
            let all = try await store.accounts(ownedBy: 1, afterKey: nil, limit: 9).map(\.email.key)
            #expect(all == ["export@ann.example", "sync@ann.example"])
            #expect(try await store.accounts(ownedBy: 1, afterKey: nil, limit: 1).map(\.email.key) == [all[0]])
            #expect(try await store.accounts(ownedBy: 1, afterKey: all[0], limit: 9).map(\.email.key) == [all[1]])
            #expect(try await store.accounts(ownedBy: 3, afterKey: nil, limit: 9).isEmpty)
        }

        @Test(arguments: StoreBackend.all)
        func `accounts are found by how their address begins`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try await store(place)
            func found(_ prefix: String, after: String? = nil, limit: Int = 9) async throws -> [String] {
                try await store.accounts(keyPrefix: prefix, afterKey: after, limit: limit).map(\.email.key)
            }
            #expect(try await found("sync") == ["sync@ann.example", "sync@bob.example"])
            #expect(try await found("sync", limit: 1) == ["sync@ann.example"])
            #expect(try await found("sync", after: "sync@ann.example") == ["sync@bob.example"])
            #expect(try await found("bob@example.com") == ["bob@example.com"])
            #expect(try await found("").count == 5)
            for prefix in ["x", "%", "_", "SYNC", "sync@ann.example.", "\u{0}", "é", "'"] {
                #expect(try await found(prefix).isEmpty, "\(prefix)")
            }
        }

        @Test(arguments: StoreBackend.all)
        func `events of one's accounts come latest first, filtered and in pages`(backend: StoreBackend) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await store(place, clock)
            for (step, number) in [1, 3, 4, 5, 3].enumerated() as EnumeratedSequence<[Int64]> {
                clock.now = TestClock.start.advanced(bySeconds: Int64(step) + 1)
                _ = try await store.replaceToken(of: number, UInt8(step))
            }
            var query = ActivityQuery(owner: 1)
            let events = try await store.activity(query)
            #expect(events.map(\.account).prefix(4) == [3, 4, 3, 1])
            #expect(events.count == 7)
            #expect(events.first?.email == "sync@ann.example")
            #expect(Set(events.map(\.account)) == [1, 3, 4])

            query.limit = 3
            var paged: [AccountEvent] = []
            repeat {
                let page = try await store.activity(query)
                paged += page
                guard let last = page.last else { break }
                query.before = .init(at: last.event.at, account: last.account, n: last.event.n)
            } while true
            #expect(paged.map(\.event) == events.map(\.event))

            query = ActivityQuery(owner: 1)
            query.kind = .tokenGenerated
            #expect(try await store.activity(query).map(\.account) == [3, 4, 3, 1])
            query.account = 3
            #expect(try await store.activity(query).map(\.account) == [3, 3])
            query.from = TestClock.start.advanced(bySeconds: 2)
            query.until = TestClock.start.advanced(bySeconds: 5)
            #expect(try await store.activity(query).count == 1)
            query.account = 5
            #expect(try await store.activity(query).isEmpty)
        }

        @Test(arguments: StoreBackend.all)
        func `the last use of a live token is kept, one in five minutes`(backend: StoreBackend) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await store(place, clock)
            _ = try await store.replaceToken(of: 1, 5)
            #expect(try await store.storedAccount(1).lastUse == nil)
            func use(_ seconds: Int64, _ agent: String = "a/1", issuedAt: Timestamp = TestClock.start) -> TokenUse {
                TokenUse(
                    account: id(1),
                    issuedAt: issuedAt,
                    at: TestClock.start.advanced(bySeconds: seconds),
                    source: RequestSource(address: IPAddress("192.0.2.9"), agent: agent)
                )
            }
            func kept() async throws -> Account.Use? { try await store.storedAccount(1).lastUse }
            try await store.recordLastUses([use(10), use(5, "earlier")])
            #expect(try await kept()?.source.agent == "a/1")
            #expect(try await kept()?.source.address == IPAddress("192.0.2.9"))
            try await store.recordLastUses([use(10 + 299, "soon")])
            #expect(try await kept()?.source.agent == "a/1")
            try await store.recordLastUses([use(10 + 300, "later \"\\\u{e9}")])
            #expect(try await kept()?.at == TestClock.start.advanced(bySeconds: 310))
            #expect(try await kept()?.source.agent == "later \"\\\u{e9}")
            let count = try await store.auditEvents(of: id(1), after: 0, limit: 9).count
            clock.now = TestClock.start.advanced(bySeconds: 700)
            _ = try await store.replaceToken(of: 1, 6)
            #expect(try await kept() == nil)
            try await store.recordLastUses([use(2000, "the old token")])
            #expect(try await kept() == nil)
            try await store.recordLastUses([use(720, "the new one", issuedAt: clock.now)])
            #expect(try await kept()?.source.agent == "the new one")
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 9).count == count + 1)
        }
    }
}
