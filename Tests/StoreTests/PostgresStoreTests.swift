#if PostgreSQL
    import Auth
    import Foundation
    import Testing

    @testable import PostgresStorage

    @Suite struct PostgresStoreRules {
        @Test func `connections that the server ended are made anew, unseen by anybody`() async throws {
            let schema = try PostgresSchema()
            let store = try schema.openPostgres()
            try await store.add(person(1, "ann@example.com"))
            let (turn, waiter) = (Turn(), Waiter())
            let lookups = try store.makeTokenLookups(on: turn)
            for byte in 1...3 as ClosedRange<UInt8> {
                #expect(try await store.replaceToken(of: 1, byte) == Int64(byte))
                lookups.lookUp(id(1), for: waiter)
                turn.end(answering: [waiter])
                #expect(waiter.token?.digest == digest(byte))
                try schema.endConnections()
            }
        }

        @Test func `a warning belongs to its own statement, and the connection goes on`() throws {
            let connection = try PostgresSchema().connect()
            let deadline = ContinuousClock.now + .seconds(30)
            func expectWarning(_ send: () throws -> Void) {
                #expect { try send() } throws: { error in
                    guard case QueryFailure.warned("careful") = error else { return false }
                    return true
                }
            }
            expectWarning { try connection.command("DO $$ BEGIN RAISE WARNING 'careful'; END $$", by: deadline) }
            for _ in 1...2 { #expect(try connection.run("SELECT 'a'", by: deadline).text(0, 0) == "a") }
            expectWarning { _ = try connection.run("DO $$ BEGIN RAISE WARNING 'careful'; END $$", by: deadline) }
            for _ in 1...2 { #expect(try connection.run("SELECT 'b'", by: deadline).text(0, 0) == "b") }
        }

        @Test func `who waited too long for a connection is refused, and nothing is sent for it`() async {
            let pool = ConnectionPool(size: 1, patience: .zero) { () throws(QueryFailure) -> Connection in
                Issue.record("connected")
                throw .late
            }
            await #expect(throws: AuthError.self) { try await pool.run { _, _ in } }
        }

        @Test func `a change that the server gave up for a conflict is run again, three times at most`() async throws {
            let schema = try PostgresSchema()
            let store = try schema.openPostgres()
            try await store.add(person(1, "ann@example.com"))
            try schema.run(
                """
                CREATE SEQUENCE attempts;
                CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF nextval('attempts') % 5 <> 4 THEN RAISE 'conflict' USING ERRCODE = '40001'; END IF;
                        RETURN NEW;
                    END $$;
                CREATE TRIGGER conflict BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION conflict()
                """
            )
            #expect(try await store.replaceToken(of: 1, 5) == 1)
            #expect(try schema.run("SELECT last_value FROM attempts") == "4")
            // The fifth to the eighth attempt: none of them is a multiple of five less one.
            await expectUnavailable { _ = try await store.replaceToken(of: 1, 6) }
            #expect(try schema.run("SELECT last_value FROM attempts") == "8")
            #expect(try lookUp(id(1), in: store).token?.digest == digest(5))
        }

        @Test(arguments: [
            "token_digest = '\\x00'", "token_expires_at = NULL", "token_key_id = NULL", "created_at = -1",
            "role = 'king'",
            "kind = 'robot'", "email = 'a' || chr(13) || chr(10) || 'X-Forged: 1'", "scopes = chr(1)",
        ])
        func `a row damaged by hand is unavailable or absent, never a trap, and spares the others`(
            assignment: String
        ) async throws {
            let schema = try PostgresSchema()
            let store = try schema.openPostgres()
            for number in 1...3 as ClosedRange<Int64> {
                try await store.add(person(number, "user\(number)@example.com"))
                _ = try await store.replaceToken(of: number, UInt8(number))
            }
            try schema.dropChecks()
            try schema.run("UPDATE account SET \(assignment) WHERE id = 2")
            let turn = Turn()
            let waiters = [Waiter(), Waiter(), Waiter()]
            let lookups = try store.makeTokenLookups(on: turn)
            for (position, waiter) in waiters.enumerated() { lookups.lookUp(id(Int64(position) + 1), for: waiter) }
            turn.end(answering: waiters)
            #expect(waiters[0].token != nil)
            #expect(waiters[1].token == nil)
            #expect(waiters[2].token != nil)
            if assignment.hasPrefix("created_at") || assignment.hasPrefix("email") || assignment.hasPrefix("role") {
                await expectUnavailable { _ = try await store.account(number: 2) }
            }
        }

        @Test func `lookups say why they cannot be answered, and recover when the table comes back`() async throws {
            let schema = try PostgresSchema()
            let store = try schema.openPostgres()
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            let (turn, waiter) = (Turn(), Waiter())
            let lookups = try store.makeTokenLookups(on: turn)
            try schema.run("ALTER TABLE account RENAME TO away")
            lookups.lookUp(id(1), for: waiter)
            turn.end(answering: [waiter])
            #expect(waiter.isUnavailable)
            try schema.run("ALTER TABLE away RENAME TO account")
            // Until the reader has its new connection it refuses; that takes it milliseconds.
            let deadline = ContinuousClock.now + .seconds(30)
            repeat {
                lookups.lookUp(id(1), for: waiter)
                turn.end(answering: [waiter])
            } while waiter.isUnavailable && ContinuousClock.now < deadline
            #expect(waiter.token?.digest == digest(5))
        }

        @Test func `a locked row makes a change give up in time, and no lookup wait`() async throws {
            let schema = try PostgresSchema()
            let store = try schema.openPostgres()
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            let other = try schema.connect()
            try other.command("BEGIN; SELECT id FROM account FOR UPDATE", by: .now + .seconds(30))
            let impatient = try schema.openPostgres(patience: .seconds(1))
            await expectUnavailable { _ = try await impatient.replaceToken(of: 1, 6) }
            #expect(try lookUp(id(1), in: store).token?.digest == digest(5))
            try other.command("COMMIT", by: .now + .seconds(30))
        }

        @Test func `text that PostgreSQL cannot hold is refused, not cut`() async throws {
            let schema = try PostgresSchema()
            let store = try schema.openPostgres()
            try await store.add(person(1, "ann@example.com"))
            await expectUnavailable {
                _ = try await store.setRole(of: id(1), to: .admin, audit: draft(.roleChanged, "a\u{0}b"))
            }
            #expect(try await store.storedAccount(1).role == .member)
        }

        @Test func `what libpq does not understand of an address is not repeated`() throws {
            let error = #expect(throws: PostgresStoreError.self) {
                try PostgresURL("postgres://ann:swordfish@db.example.com:port/x?nonsense=swordfish", Libpq())
            }
            #expect(!"\(try #require(error))".contains("swordfish"))
        }

        @Test func `an address keeps what it says and gets what it leaves open`() throws {
            let url = try PostgresURL("postgres://ann@a,b/x?connect_timeout=7&client_encoding=LATIN1", Libpq())
            #expect(url.value("host") == "a,b")
            #expect(url.value("connect_timeout") == "7")
            #expect(url.value("target_session_attrs") == "read-write")
            #expect(url.value("client_encoding") == "UTF8")
        }
    }

    struct PostgresUseRules {
        @Test func `uses are written in one order, so that two nodes never wait for each other`() async throws {
            let schema = try PostgresSchema()
            let store = try schema.openPostgres()
            let numbers = Array(1...20 as ClosedRange<Int64>)
            var uses: [TokenUse] = []
            for number in numbers {
                try await store.add(person(number, "p\(number)@example.com"))
                _ = try await store.replaceToken(of: number, UInt8(number))
                let issuedAt = try #require(try await store.storedAccount(number).token?.issuedAt)
                let source = RequestSource(address: nil, agent: "a")
                uses.append(TokenUse(account: id(number), issuedAt: issuedAt, at: issuedAt, source: source))
            }
            try await store.recordLastUses(uses.shuffled())
            // Nothing else has written there: the rows lie in the order in which they came.
            let order = try schema.run("SELECT string_agg(account_id::text, ' ' ORDER BY ctid) FROM token_use")
            #expect(order == numbers.map(String.init).joined(separator: " "))
        }
    }

    extension PostgresSchema {
        /// As an administrator does who restarts a connection pooler.
        func endConnections() throws {
            try run(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE application_name = '\(name)' AND pid <> pg_backend_pid()
                """
            )
        }

        func dropChecks() throws {
            try run(
                """
                DO $$ DECLARE c record; BEGIN
                    FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = 'account'::regclass AND contype = 'c' LOOP
                        EXECUTE 'ALTER TABLE account DROP CONSTRAINT ' || quote_ident(c.conname);
                    END LOOP;
                END $$
                """
            )
        }
    }
#endif
