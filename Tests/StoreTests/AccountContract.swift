import Auth
import Testing

/// What every store promises, whichever database is below it.
@Suite struct StoreContract {}

extension StoreContract {
    @Suite struct Accounts {
        @Test(arguments: StoreBackend.all)
        func `a store is empty until its first account`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.checkReadiness()
            #expect(try await store.isEmpty())
            try await store.add(person(1, "ann@example.com"))
            #expect(try await store.isEmpty() == false)
        }

        @Test(arguments: StoreBackend.all)
        func `an added account reads back as it was given`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            let limit = AccountID.numberLimit - 1
            try await store.add(person(limit, "Ann.O'Neil+x@Example.com", role: .admin))
            try await store.add(person(0, "nobody@example.com", password: nil))
            try await store.add(service(3, "export@example.com", owner: limit, scopes: "read write"))
            let ann = try await store.storedAccount(limit)
            #expect(ann.id == id(limit))
            #expect(ann.email.description == "Ann.O'Neil+x@Example.com")
            #expect(ann.kind == .user)
            #expect(ann.role == .admin)
            #expect(ann.status == .active)
            #expect(ann.hasPassword)
            #expect(ann.token == nil)
            #expect(try await store.account(EmailAddress("ann.o'neil+X@example.com")) == ann)
            #expect(try await store.storedAccount(0).hasPassword == false)
            let export = try await store.storedAccount(3)
            let owner = Account.Owner(number: limit, email: ann.email, status: .active)
            #expect(export.kind == .service(owner: owner, purpose: "nightly export"))
            #expect(export.scopes.map(\.description) == ["read", "write"])
            #expect(try await store.account(number: 4) == nil)
            #expect(try await store.account(EmailAddress("unknown@example.com")) == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `a taken number is refused and changes nothing`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            let second = try person(1, "bob@example.com")
            #expect(try await store.addAccount(second, audit: draft(.accountAdded)) == false)
            #expect(try await store.account(EmailAddress("bob@example.com")) == nil)
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 1)
        }

        @Test(arguments: StoreBackend.all)
        func `an e-mail address is taken in any spelling of case`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            let second = try person(2, "ANN@Example.Com")
            await #expect(throws: AuthError.emailTaken) {
                try await store.addAccount(second, audit: draft(.accountAdded))
            }
            #expect(try await store.account(number: 2) == nil)
            #expect(try await store.auditEvents(of: id(2), after: 0, limit: 10).isEmpty)
        }

        @Test(arguments: StoreBackend.all)
        func `an owner is an active account of a person`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            try await store.add(service(2, "export@example.com", owner: 1))
            try await store.add(person(3, "gone@example.com"))
            #expect(try await store.setStatus(of: id(3), to: .disabled, audit: draft(.accountDisabled)))
            for owner in [2, 3, 99] as [Int64] {
                let orphan = try service(4, "orphan@example.com", owner: owner)
                await #expect(throws: AuthError.ownerNotEligible) {
                    try await store.addAccount(orphan, audit: draft(.accountAdded))
                }
            }
            #expect(try await store.account(number: 4) == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `two stores over the same data add accounts at once`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let stores = [try place.open(), try place.open()]
            try await stores[0].add(person(0, "ann@example.com"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...64 as ClosedRange<Int64> {
                    group.addTask {
                        let store = stores[Int(number) % 2]
                        try await store.add(service(number, "export\(number)@example.com", owner: 0))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await stores[0].accounts(afterKey: nil, limit: 100).count == 65)
        }

        @Test(arguments: StoreBackend.all)
        func `a disabled owner shows on the service account, which lives on`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            try await store.add(service(2, "export@example.com", owner: 1))
            _ = try await store.replaceToken(of: 2, 5)
            #expect(try await store.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled)))
            let export = try await store.storedAccount(2)
            guard case .service(let owner, _) = export.kind else {
                Issue.record("not a service account")
                return
            }
            #expect(owner.status == .disabled)
            #expect(export.status == .active)
            #expect(try lookUp(id(2), in: store).token?.digest == digest(5))
        }

        @Test(arguments: StoreBackend.all)
        func `pages follow each other in the order of the keys`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            let names = ["Zoe", "ann", "bob", "Mia", "a-b", "a.b", "a_b"]
            for (number, name) in names.enumerated() {
                try await store.add(person(Int64(number), name + "@example.com"))
            }
            var seen: [String] = []
            while true {
                let page = try await store.accounts(afterKey: seen.last, limit: 2)
                #expect(page.count <= 2)
                if page.isEmpty { break }
                seen += page.map(\.email.key)
            }
            let inOrder = names.map { $0.lowercased() + "@example.com" }.sorted {
                Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
            }
            #expect(seen == inOrder)
            for limit in [0, -1, .min] { #expect(try await store.accounts(afterKey: nil, limit: limit).isEmpty) }
            #expect(try await store.accounts(afterKey: nil, limit: .max).count == names.count)
        }

        @Test(arguments: StoreBackend.all)
        func `a password record has all that checking needs`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com", password: sealed("first")))
            try await store.add(person(2, "bob@example.com", password: nil))
            let ann = try #require(try await store.passwordRecord(EmailAddress("Ann@example.com")))
            #expect(ann.account == id(1))
            #expect(ann.status == .active)
            #expect(ann.hash == sealed("first"))
            #expect(try await store.passwordRecord(EmailAddress("bob@example.com"))?.hash == nil)
            #expect(try await store.passwordRecord(EmailAddress("unknown@example.com")) == nil)
        }

        @Test(arguments: StoreBackend.all)
        func `setting a password raises the version and ends the token`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            try await store.setPassword(of: id(1), to: sealed("second"), audit: draft(.passwordChanged))
            let record = try #require(try await store.passwordRecord(EmailAddress("ann@example.com")))
            #expect(record.passwordVersion == 2)
            #expect(record.hash == sealed("second"))
            #expect(try await store.storedAccount(1).token == nil)
            #expect(try lookUp(id(1), in: store).isAbsent)
        }

        @Test(arguments: StoreBackend.all)
        func `a password that is no longer the one that was seen is not replaced`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            func set(_ text: String, ifVersion version: Int64?) async throws -> Int64? {
                let audit = draft(.passwordChanged)
                return try await store.setPassword(
                    of: id(1),
                    to: sealed(text),
                    ifPasswordVersion: version,
                    audit: audit
                )
            }
            #expect(try await set("mine", ifVersion: 1) == 2)
            #expect(try await set("late", ifVersion: 1) == nil)
            _ = try await store.replaceToken(of: 1, 5, ifPasswordVersion: 2)
            #expect(try await set("later", ifVersion: 3) == nil)
            #expect(try lookUp(id(1), in: store).token?.digest == digest(5))
            #expect(try await set("operator's", ifVersion: nil) == 3)
            let record = try #require(try await store.passwordRecord(EmailAddress("ann@example.com")))
            #expect(record.passwordVersion == 3 && record.hash == sealed("operator's"))
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 4)
            // Of many who saw the same one succeeds.
            let made = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for number in 0..<16 { group.addTask { try await set("\(number)", ifVersion: 3) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(made.compactMap(\.self) == [4])
        }

        @Test(arguments: StoreBackend.all)
        func `a disabled account's password is set by nobody who must have seen the one before`(
            backend: StoreBackend
        ) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com", password: sealed("first")))
            func set(_ text: String, ifVersion version: Int64?) async throws -> Int64? {
                let audit = draft(.passwordChanged)
                return try await store.setPassword(
                    of: id(1),
                    to: sealed(text),
                    ifPasswordVersion: version,
                    audit: audit
                )
            }
            #expect(try await store.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled)))
            #expect(try await set("late", ifVersion: 1) == nil)
            let record = try #require(try await store.passwordRecord(EmailAddress("ann@example.com")))
            #expect(record.passwordVersion == 1 && record.hash == sealed("first"))
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 2)
            #expect(try await set("operator's", ifVersion: nil) == 2)
        }

        @Test(arguments: StoreBackend.all)
        func `a rehash leaves version and token, and loses against a changed hash`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com", password: sealed("cheap")))
            _ = try await store.replaceToken(of: 1, 5)
            func rehash(from old: String, to new: String) async throws -> Bool {
                try await store.replacePasswordHash(
                    of: id(1),
                    from: sealed(old),
                    to: sealed(new),
                    audit: draft(.passwordRehashed)
                )
            }
            #expect(try await rehash(from: "cheap", to: "costly"))
            #expect(try await rehash(from: "cheap", to: "late") == false)
            let record = try #require(try await store.passwordRecord(EmailAddress("ann@example.com")))
            #expect(record.hash == sealed("costly"))
            #expect(record.passwordVersion == 1)
            #expect(try lookUp(id(1), in: store).token?.digest == digest(5))
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 3)
        }

        @Test(arguments: StoreBackend.all)
        func `disabling ends the token, and enabling brings none back`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            #expect(try await store.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled)))
            #expect(try await store.setStatus(of: id(1), to: .disabled, audit: draft(.accountDisabled)) == false)
            #expect(try await store.storedAccount(1).status == .disabled)
            #expect(try lookUp(id(1), in: store).isAbsent)
            #expect(try await store.replaceToken(of: 1, 6) == nil)
            #expect(try await store.setStatus(of: id(1), to: .active, audit: draft(.accountEnabled)))
            #expect(try lookUp(id(1), in: store).isAbsent)
            #expect(try await store.storedAccount(1).token == nil)
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 4)
        }

        @Test(arguments: StoreBackend.all)
        func `a role changes once, and the next lookup tells the new one`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            for role in [Account.Role.admin, .introspector, .member] {
                #expect(try await store.setRole(of: id(1), to: role, audit: draft(.roleChanged, role.rawValue)))
                #expect(try await store.setRole(of: id(1), to: role, audit: draft(.roleChanged)) == false)
                #expect(try lookUp(id(1), in: store).token?.role == role)
            }
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 5)
        }

        @Test(arguments: StoreBackend.all)
        func `changes to no account say so, another creation time included`(backend: StoreBackend) async throws {
            let place = try backend.makePlace()
            let store = try place.open()
            try await store.add(person(1, "ann@example.com"))
            let twin = id(1, createdAt: TestClock.start.advanced(bySeconds: 1))
            for account in [id(2), twin] {
                await #expect(throws: AuthError.noSuchAccount) {
                    try await store.setPassword(of: account, to: sealed("x"), audit: draft(.passwordChanged))
                }
                await #expect(throws: AuthError.noSuchAccount) {
                    try await store.setStatus(of: account, to: .disabled, audit: draft(.accountDisabled))
                }
                await #expect(throws: AuthError.noSuchAccount) {
                    try await store.setRole(of: account, to: .member, audit: draft(.roleChanged))
                }
                let token = try await store.replaceToken(
                    of: account,
                    with: newToken(1),
                    ifPasswordVersion: 1,
                    audit: draft(.tokenGenerated)
                )
                #expect(token == nil)
                #expect(try await store.revokeToken(of: account, ifDigest: nil, audit: draft(.tokenRevoked)) == false)
            }
            #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 1)
        }
    }
}
