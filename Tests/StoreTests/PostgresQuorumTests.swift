#if PostgreSQL
    import Auth
    import Foundation
    import Testing

    @testable import PostgresStorage

    /// On a server of their own, whose standby never comes.
    @Suite(.serialized) struct PostgresQuorumRules {
        @Test func `without a standby nothing is made and nothing accepted, and both come back with it`() async throws {
            let schema = try PostgresSchema(on: TestPostgres.start())
            let store = try schema.openPostgres(patience: .seconds(1))
            try await store.add(person(1, "ann@example.com"))
            _ = try await store.replaceToken(of: 1, 5)
            try schema.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            try schema.run("SELECT pg_reload_conf()")
            try await schema.waitUntil("SELECT current_setting('synchronous_standby_names')", is: "nobody")

            // The change is on the primary's disk and waits there; it must not be told as done.
            await expectUnavailable { _ = try await store.replaceToken(of: 1, 6) }

            // An administrator's cancel makes the primary say yes, with a warning: it is on no standby all the same.
            let change = Task { try await store.replaceToken(of: 1, 7) }
            let cancelled = Task {
                try await schema.waitUntil(
                    """
                    SELECT count(pg_cancel_backend(pid)) > 0 FROM pg_stat_activity
                    WHERE application_name = '\(schema.name)' AND wait_event = 'SyncRep'
                    """,
                    is: "t"
                )
            }
            let outcome = await change.result
            #expect(throws: AuthError.self) { try outcome.get() }
            try await cancelled.value

            let (turn, waiter) = (Turn(), Waiter())
            let lookups = try store.makeTokenLookups(on: turn)
            lookups.lookUp(id(1), for: waiter)
            turn.end(answering: [waiter])
            #expect(waiter.isUnavailable)
            await expectUnavailable { try await store.checkReadiness() }
            await expectUnavailable { _ = try await store.replaceToken(of: 1, 8) }

            try schema.run("ALTER SYSTEM SET synchronous_standby_names = ''")
            try schema.run("SELECT pg_reload_conf()")
            let deadline = ContinuousClock.now + .seconds(30)
            repeat {
                lookups.lookUp(id(1), for: waiter)
                turn.end(answering: [waiter])
                try await Task.sleep(for: .milliseconds(50))
            } while waiter.isUnavailable && ContinuousClock.now < deadline
            #expect(waiter.token != nil)
            try await store.checkReadiness()
        }
    }

    extension PostgresSchema {
        /// Asks until the answer is `wanted`.
        func waitUntil(_ sql: String, is wanted: String) async throws {
            let deadline = ContinuousClock.now + .seconds(30)
            while try run(sql) != wanted {
                guard ContinuousClock.now < deadline else {
                    Issue.record("\(sql) never was \(wanted)")
                    return
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
#endif
