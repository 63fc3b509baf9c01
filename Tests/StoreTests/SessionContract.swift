import Auth
import Testing

extension StoreContract {
    @Suite struct Sessions {
        static let source = RequestSource(address: IPAddress("192.0.2.7"), agent: "Browser/1")
        static let settings = SessionSettings()
        static let idle = settings.idleSeconds

        private func digest(_ byte: UInt8) throws -> SecretDigest {
            try #require(SecretDigest(bytes: [UInt8](repeating: byte, count: 32)))
        }

        private func begin(
            _ byte: UInt8,
            of number: Int64 = 1,
            passwordVersion: Int64 = 1,
            _ settings: SessionSettings = settings,
            in store: any AuthStore
        ) async throws -> Bool {
            let session = NewSession(
                digest: try digest(byte),
                account: id(number),
                passwordVersion: passwordVersion,
                source: Self.source
            )
            return try await store.addSession(session, settings, audit: draft(.sessionStarted))
        }

        private func store(_ place: any StorePlace, _ clock: TestClock? = nil) async throws -> any AuthStore {
            let store = try place.open(clock: clock)
            try await store.add(person(1, "ann@example.com"))
            return store
        }

        @Test(arguments: StoreBackend.all)
        func `a session is found with its account, by its digest alone`(backend: StoreBackend) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await store(place, clock)
            #expect(try await begin(5, in: store))
            let open = try #require(try await store.session(digest(5), idleSeconds: Self.idle))
            #expect(open.account == (try await store.storedAccount(1)))
            #expect(open.now == clock.now)
            #expect(open.session.startedAt == clock.now && open.session.seenAt == clock.now)
            #expect(open.session.expiresAt == clock.now.advanced(bySeconds: Self.settings.lifetimeSeconds))
            #expect(open.session.address == "192.0.2.7" && open.session.agent == "Browser/1")
            #expect(try await store.session(digest(6), idleSeconds: Self.idle) == nil)
            #expect(try await store.storedAccount(1).token == nil)
            let kinds = try await store.auditEvents(of: id(1), after: 0, limit: 9).map(\.draft.kind)
            #expect(kinds == [.accountAdded, .sessionStarted])
        }

        @Test(arguments: StoreBackend.all)
        func `a session ends when it was not seen, and at its end whatever was seen`(backend: StoreBackend) async throws
        {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await store(place, clock)
            #expect(try await begin(5, in: store))
            clock.now = TestClock.start.advanced(bySeconds: Self.idle - 1)
            #expect(try await store.session(digest(5), idleSeconds: Self.idle) != nil)
            try await store.touchSession(digest(5))
            clock.now = clock.now.advanced(bySeconds: Self.idle - 1)
            #expect(try await store.session(digest(5), idleSeconds: Self.idle)?.session.seenAt != TestClock.start)
            clock.now = clock.now.advanced(bySeconds: 1)
            #expect(try await store.session(digest(5), idleSeconds: Self.idle) == nil)
            #expect(try await store.sessions(of: id(1), idleSeconds: Self.idle).isEmpty)
            #expect(try await store.session(digest(5), idleSeconds: Self.idle * 2) != nil)
            clock.now = TestClock.start.advanced(bySeconds: Self.settings.lifetimeSeconds - 1)
            try await store.touchSession(digest(5))
            #expect(try await store.session(digest(5), idleSeconds: Self.idle) != nil)
            clock.now = clock.now.advanced(bySeconds: 1)
            #expect(try await store.session(digest(5), idleSeconds: Self.idle) == nil)
        }

        enum End: CaseIterable {
            case password, disabled, enabledAgain, invitation
        }

        @Test(arguments: StoreBackend.all, End.allCases)
        func `another password and being disabled end every session`(backend: StoreBackend, end: End) async throws {
            let place = try backend.makePlace()
            let store = try await store(place)
            try await store.add(person(2, "bob@example.com"))
            for byte in [5, 6] as [UInt8] { #expect(try await begin(byte, in: store)) }
            #expect(try await begin(7, of: 2, in: store))
            switch end {
            case .password:
                try await store.setPassword(of: id(1), to: sealed("new"), audit: draft(.passwordChanged))
            case .invitation:
                #expect(try await invite(9, in: store))
                #expect(try await accept(9, in: store) == 2)
            case .disabled, .enabledAgain:
                #expect(try await store.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled)))
                if end == .enabledAgain {
                    #expect(try await store.setStatus(of: id(1), to: .active, audit: draft(.accountEnabled)))
                }
            }
            for byte in [5, 6] as [UInt8] {
                #expect(try await store.session(digest(byte), idleSeconds: Self.idle) == nil)
            }
            #expect(try await store.sessions(of: id(1), idleSeconds: Self.idle).isEmpty)
            #expect(try await store.session(digest(7), idleSeconds: Self.idle) != nil)
        }

        @Test(arguments: StoreBackend.all)
        func `a session begins only under the password that is the account's, and while it is active`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let store = try await store(place)
            try await store.setPassword(of: id(1), to: sealed("new"), audit: draft(.passwordChanged))
            #expect(try await begin(5, in: store) == false)
            #expect(try await begin(5, passwordVersion: 2, in: store))
            _ = try await store.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled))
            #expect(try await begin(6, passwordVersion: 2, in: store) == false)
            let kinds = try await store.auditEvents(of: id(1), after: 0, limit: 9).map(\.draft.kind)
            #expect(kinds == [.accountAdded, .passwordChanged, .sessionStarted, .accountDisabled])
        }

        @Test(arguments: StoreBackend.all)
        func `of more sessions than an account may have those seen longest ago end`(backend: StoreBackend) async throws
        {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await store(place, clock)
            var settings = Self.settings
            settings.limit = 3
            for byte in 1...3 as ClosedRange<UInt8> {
                clock.now = clock.now.advanced(bySeconds: 1)
                #expect(try await begin(byte, settings, in: store))
            }
            clock.now = clock.now.advanced(bySeconds: 1)
            try await store.touchSession(digest(1))
            clock.now = clock.now.advanced(bySeconds: 1)
            #expect(try await begin(4, settings, in: store))
            let left = try await store.sessions(of: id(1), idleSeconds: Self.idle).map(\.digest)
            #expect(left == [try digest(4), try digest(1), try digest(3)])
        }

        @Test(arguments: StoreBackend.all)
        func `an owner ends one session or all others, and nobody else's`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try await store(place)
            try await store.add(person(2, "bob@example.com"))
            for byte in 1...3 as ClosedRange<UInt8> { #expect(try await begin(byte, in: store)) }
            #expect(try await begin(7, of: 2, in: store))
            let ended = draft(.sessionEnded)
            #expect(try await store.endSession(digest(7), of: id(1), audit: ended) == false)
            #expect(try await store.endSession(digest(1), of: id(1), audit: ended))
            #expect(try await store.endSession(digest(1), of: id(1), audit: ended) == false)
            #expect(try await store.endSessions(of: id(1), except: digest(2), audit: ended))
            #expect(try await store.endSessions(of: id(1), except: digest(2), audit: ended) == false)
            #expect(try await store.sessions(of: id(1), idleSeconds: Self.idle).map(\.digest) == [try digest(2)])
            #expect(try await store.sessions(of: id(2), idleSeconds: Self.idle).map(\.digest) == [try digest(7)])
        }

        // MARK: Invitations

        private func invite(_ byte: UInt8, in store: any AuthStore) async throws -> Bool {
            try await store.setInvitation(
                of: id(1),
                to: digest(byte),
                lifetimeSeconds: 600,
                audit: draft(.accountInvited)
            )
        }

        private func accept(_ byte: UInt8, of number: Int64 = 1, in store: any AuthStore) async throws -> Int64? {
            try await store.acceptInvitation(
                digest(byte),
                of: id(number),
                password: sealed("chosen"),
                audit: draft(.passwordChanged)
            )
        }

        @Test(arguments: StoreBackend.all)
        func `an invitation sets the password once, and ends the token`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try await store(place)
            try await store.add(person(2, "bob@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            #expect(try await invite(9, in: store))
            #expect(try await store.invitedAccount(digest(9))?.id == id(1))
            #expect(try await store.invitedAccount(digest(8)) == nil)
            #expect(try await accept(9, of: 2, in: store) == nil)
            #expect(try await accept(8, in: store) == nil)
            #expect(try await accept(9, in: store) == 2)
            #expect(try await accept(9, in: store) == nil)
            #expect(try await store.invitedAccount(digest(9)) == nil)
            let record = try #require(try await store.passwordRecord(EmailAddress("ann@example.com")))
            #expect(record.passwordVersion == 2 && record.hash?.bytes == sealed("chosen").bytes)
            #expect(try await store.storedAccount(1).token == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `of many who accept one invitation at once one succeeds`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try await store(place)
            #expect(try await invite(9, in: store))
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { try await accept(9, in: store) != nil } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(accepted == 1)
        }

        @Test(arguments: StoreBackend.all)
        func `an invitation ends by time, by the next, by a password and with the account`(
            backend: StoreBackend
        ) async throws {
            let (place, clock) = (try backend.makePlace(), TestClock())
            let store = try await store(place, clock)
            #expect(try await invite(1, in: store))
            clock.now = clock.now.advanced(bySeconds: 600)
            #expect(try await store.invitedAccount(digest(1)) == nil)
            #expect(try await accept(1, in: store) == nil)
            #expect(try await invite(2, in: store))
            #expect(try await invite(3, in: store))
            #expect(try await accept(2, in: store) == nil)
            try await store.setPassword(of: id(1), to: sealed("new"), audit: draft(.passwordChanged))
            #expect(try await accept(3, in: store) == nil)
            #expect(try await invite(4, in: store))
            _ = try await store.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled))
            #expect(try await invite(5, in: store) == false)
            _ = try await store.setStatus(of: id(1), to: .active, audit: draft(.accountEnabled))
            #expect(try await accept(4, in: store) == nil)
            await #expect(throws: AuthError.noSuchAccount) {
                _ = try await store.setInvitation(
                    of: id(3),
                    to: digest(1),
                    lifetimeSeconds: 1,
                    audit: draft(.accountInvited)
                )
            }
        }
    }
}
