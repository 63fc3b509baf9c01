#if PostgreSQL
    import Auth
    import Foundation
    import Testing

    @testable import PostgresStorage

    /// On a server of their own, whose standby never comes.
    @Suite(.serialized) struct PostgresQuorumRules {
        @Test func `without a standby nothing is made and nothing accepted, and both come back with it`() async throws {
            let schema = try PostgresSchema(on: TestPostgres.start())
            let (store, impatient) = (try schema.openPostgres(), try schema.openPostgres(patience: .seconds(1)))
            try await store.add(person(1, "ann@example.com"))
            try await store.add(person(2, "bob@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            try schema.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            try schema.run("SELECT pg_reload_conf()")
            try await schema.waitUntil("SELECT current_setting('synchronous_standby_names')", is: "nobody")

            // The change is on the primary's disk and waits there; it must not be told as done.
            await expectUnavailable { _ = try await impatient.replaceToken(of: 1, 6) }

            // An administrator's cancel makes the primary say yes, with a warning: it is on no standby all the same.
            // Of another account: the change before keeps the first one's row.
            let change = Task { try await store.replaceToken(of: 2, 7) }
            let waiting = "FROM pg_stat_activity WHERE application_name = '\(schema.name)' AND wait_event = 'SyncRep'"
            try await schema.waitUntil("SELECT count(*) \(waiting)", is: "2")
            try schema.run("SELECT count(pg_cancel_backend(pid)) \(waiting)")
            let outcome = await change.result
            #expect {
                try outcome.get()
            } throws: { error in
                guard case AuthError.unavailable(let reason) = error else { return false }
                return reason.contains("warned")
            }

            let (turn, waiter) = (Turn(), Waiter())
            let lookups = try store.makeTokenLookups(on: turn)
            lookups.lookUp(id(1), for: waiter)
            turn.end(answering: [waiter])
            #expect(waiter.isUnavailable)
            await expectUnavailable { try await store.checkReadiness() }
            // Nor is anything told to a page; a command of a moment knows no quorum.
            await expectUnavailable { _ = try await store.account(number: 1) }
            #expect(try await schema.openPostgres().account(number: 1) != nil)
            await expectUnavailable { _ = try await store.replaceToken(of: 1, 8) }

            try schema.run("ALTER SYSTEM SET synchronous_standby_names = ''")
            try schema.run("SELECT pg_reload_conf()")
            try await becomesTrue("lookups answer again") {
                lookups.lookUp(id(1), for: waiter)
                turn.end(answering: [waiter])
                return waiter.token != nil
            }
            // A beat that was under way when the standby was given up vouches for a second more, and for its timeline alone.
            try await becomesTrue("pages are read again") { (try? await store.checkReadiness()) != nil }
        }
    }

    struct PostgresPromotionRules {
        @Test func `after a promotion no change is taken while the old primary may be believed`() async throws {
            let (schema, clock) = (try PostgresSchema(), TestClock())
            let store = try schema.openPostgres(clock: clock)
            try await store.add(person(1, "ann@example.com"))
            try schema.pretend(timeline: 2)
            await expectUnavailable { _ = try await schema.openPostgres().replaceToken(of: 1, 5) }
            clock.now = clock.now.advanced(bySeconds: 4)
            await expectUnavailable { _ = try await schema.openPostgres().replaceToken(of: 1, 6) }
            clock.now = clock.now.advanced(bySeconds: 1)
            // A node that starts later counts from the same moment.
            #expect(try await schema.openPostgres().replaceToken(of: 1, 7) == 1)
            #expect(try schema.run("SELECT count(*) FROM heartbeat WHERE slot = -2") == "1")
        }

        @Test func `what is read from another primary than the one that confirms commits is not told`() async throws {
            let schema = try PostgresSchema()
            let store = try schema.openPostgres()
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            try schema.pretend(timeline: 2)
            let node = try schema.openPostgres()
            let (turn, waiter) = (Turn(), Waiter())
            let lookups = try node.makeTokenLookups(on: turn)
            func ask(until isDone: () -> Bool) async throws {
                try await becomesTrue("lookups change") {
                    lookups.lookUp(id(1), for: waiter)
                    turn.end(answering: [waiter])
                    return isDone()
                }
            }
            try await ask { waiter.token != nil }
            try schema.pretend(timeline: 3)
            // The heartbeat finds the third primary; the lookups' connection stays with the second.
            try schema.run(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '\(schema.name)'
                    AND query NOT LIKE '%ANY($1)%'
                """
            )
            try await ask { waiter.isUnavailable }
            try await ask { waiter.token != nil }
        }

        @Test func `what a page reads from another primary than the heartbeat's is read anew`() async throws {
            let schema = try PostgresSchema()
            try schema.pretend(timeline: 2)
            let node = try schema.openPostgres()
            // Before the heartbeat, and with it.
            for _ in 0..<2 {
                #expect(try await node.isEmpty())
                node.quorum.start()
            }
            let timeline: @Sendable (Connection, ContinuousClock.Instant) -> Timeline? = { connection, _ in
                connection.timeline
            }
            #expect(try await node.read(timeline) == .numbered(2))
            try schema.pretend(timeline: 3)
            try await becomesTrue("the heartbeat finds the third primary") {
                try schema.run(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '\(schema.name)'
                        AND query LIKE '%UPDATE heartbeat%'
                    """
                )
                return node.quorum.isElsewhere(than: .numbered(2))
            }
            #expect(try await node.read(timeline) == .numbered(3))
        }
    }

    extension PostgresSchema {
        /// Makes the server look like a primary that was promoted and has a synchronous standby: functions of the schema are
        /// found before the system's.
        fileprivate func pretend(timeline: Int) throws {
            try run(
                """
                CREATE OR REPLACE FUNCTION current_setting(text, boolean) RETURNS text LANGUAGE sql AS 'SELECT text ''db2''';
                CREATE OR REPLACE FUNCTION pg_walfile_name(pg_lsn) RETURNS text LANGUAGE sql
                    AS 'SELECT text ''0000000\(timeline)0000000000000001'''
                """
            )
        }

        /// Asks until the answer is `wanted`.
        func waitUntil(_ sql: String, is wanted: String) async throws {
            try await becomesTrue("\(sql) is \(wanted)") { try run(sql) == wanted }
        }
    }

    /// Asks until it is so, for half a minute at most.
    private func becomesTrue(_ what: String, _ isSo: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await !isSo() {
            guard ContinuousClock.now < deadline else {
                Issue.record("\(what): not within half a minute")
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
#endif
