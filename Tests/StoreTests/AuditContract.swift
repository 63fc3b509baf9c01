import Auth
import Testing

/// Expects numbers from 1 without gaps and codes that each follow from the one before.
func expectChain(_ events: [AuditEvent], of number: Int64, sourceLocation: SourceLocation = #_sourceLocation) {
    var previous: [UInt8] = []
    for (position, event) in events.enumerated() {
        #expect(event.n == Int64(position) + 1, sourceLocation: sourceLocation)
        let mac = AuditChain.test.mac(after: previous, account: number, n: event.n, at: event.at, draft: event.draft)
        #expect(event.mac == mac, "event \(event.n)", sourceLocation: sourceLocation)
        previous = event.mac
    }
}

extension StoreContract {
    @Suite struct Audit {
        @Test(arguments: StoreBackend.all)
        func `every change adds one event to one chain, and a refused one adds none`(
            backend: StoreBackend
        ) async throws {
            let clock = TestClock()
            let place = try backend.makePlace()
            let store = try place.open(clock: clock)
            let account = id(1)
            try await store.add(person(1, "ann@example.com"))
            clock.now = TestClock.start.advanced(bySeconds: 1)
            _ = try await store.replaceToken(of: 1, 5)
            _ = try await store.replaceToken(of: 1, 6, ifPasswordVersion: 9)
            _ = try await store.revokeToken(of: account, ifDigest: digest(9), audit: draft(.tokenRevoked))
            _ = try await store.revokeToken(of: account, ifDigest: nil, audit: draft(.tokenRevoked))
            try await store.setPassword(of: account, to: sealed("b"), audit: draft(.passwordChanged))
            _ = try await store.replacePasswordHash(
                of: account,
                from: sealed("b"),
                to: sealed("c"),
                audit: draft(.passwordRehashed)
            )
            _ = try await store.setRole(of: account, to: .admin, audit: draft(.roleChanged, "admin"))
            _ = try await store.setStatus(of: account, to: .disabled, audit: draft(.accountDisabled))
            _ = try await store.setStatus(of: account, to: .disabled, audit: draft(.accountDisabled))
            _ = try await store.setStatus(of: account, to: .active, audit: draft(.accountEnabled))
            let events = try await store.auditEvents(of: account, after: 0, limit: 100)
            #expect(
                events.map(\.draft.kind) == [
                    .accountAdded, .tokenGenerated, .tokenRevoked, .passwordChanged, .passwordRehashed, .roleChanged,
                    .accountDisabled, .accountEnabled,
                ]
            )
            #expect(events.map(\.at) == [TestClock.start] + Array(repeating: clock.now, count: 7))
            expectChain(events, of: 1)
        }

        @Test(arguments: StoreBackend.all)
        func `an event reads back as it was written`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            let source = AuditSource.account(
                id(1),
                address: "2001:db8::1",
                agent: "Größe\u{0}\n'; DROP TABLE audit; --"
            )
            let told = AuditDraft(.roleChanged, by: source, detail: "admin ✓")
            #expect(try await store.setRole(of: id(1), to: .admin, audit: told))
            let events = try await store.auditEvents(of: id(1), after: 0, limit: 100)
            #expect(events.last?.draft == told)
            expectChain(events, of: 1)
        }

        @Test(arguments: StoreBackend.all)
        func `events come in pages, each account's alone`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            try await store.add(person(2, "bob@example.com"))
            for byte in 1...6 as ClosedRange<UInt8> { _ = try await store.replaceToken(of: 1, byte) }
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 3).map(\.n) == [1, 2, 3])
            #expect(try await store.auditEvents(of: id(1), after: 3, limit: 100).map(\.n) == [4, 5, 6, 7])
            #expect(try await store.auditEvents(of: id(1), after: 7, limit: 100).isEmpty)
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: -1).isEmpty)
            #expect(try await store.auditEvents(of: id(2), after: .min, limit: 100).map(\.n) == [1])
        }
    }
}
