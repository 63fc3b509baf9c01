#if PostgreSQL
    import Auth
    import Foundation
    import Synchronization
    import Testing

    @testable import PostgresStorage

    @Suite(.timeLimit(.minutes(5))) struct PostgresMigrationRules {
        @Test(arguments: [true, false])
        func `many may migrate at once, and each step is applied once`(hasAdvisoryLocks: Bool) throws {
            let schema = try PostgresSchema(isMigrated: false)
            if !hasAdvisoryLocks {
                // As YugabyteDB says it.
                try schema.run(
                    """
                    CREATE FUNCTION pg_try_advisory_lock(BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql
                        AS $$ BEGIN RAISE feature_not_supported; END $$
                    """
                )
            }
            let applied = Mutex<[Result<[String], any Error>]>([])
            let done = DispatchGroup()
            for _ in 0..<8 {
                done.enter()
                Thread.detachNewThread {
                    let names = Result { try PostgresMigrations(schema.url).up() }
                    applied.withLock { $0.append(names) }
                    done.leave()
                }
            }
            done.wait()
            let names = try applied.withLock { try $0.flatMap { try $0.get() } }
            #expect(names.sorted() == Migration.all.map(\.name))
            #expect(try PostgresMigrations(schema.url).state().pending.isEmpty)
            _ = try schema.openPostgres()
        }

        @Test func `a database without its schema is refused, and left alone`() throws {
            let schema = try PostgresSchema(isMigrated: false)
            let names = Migration.all.map(\.name)
            #expect(throws: PostgresStoreError.pendingMigrations(names)) { try schema.openPostgres() }
            #expect(try PostgresMigrations(schema.url).plan().map(\.name) == names)
            #expect(try schema.run("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()") == "0")
        }

        @Test func `a newer version's schema is refused unless it says that this version may read it`() throws {
            let schema = try PostgresSchema()
            try schema.run("INSERT INTO migration VALUES (9999, '9999 from the future', 1, 0)")
            _ = try schema.openPostgres()
            try schema.run("UPDATE migration SET readable_by = 9999 WHERE number = 9999")
            #expect(throws: PostgresStoreError.newerSchema) { try schema.openPostgres() }
            #expect(throws: PostgresStoreError.newerSchema) { try PostgresMigrations(schema.url).up() }
        }

        @Test func `a table in somebody's hands makes a migration give up and change nothing`() throws {
            let schema = try PostgresSchema(isMigrated: false)
            try schema.run(Migration.beginnings)
            let other = try schema.connect()
            try other.command(
                "BEGIN; SELECT number FROM migration WHERE number = 0 FOR UPDATE",
                by: .now + .seconds(30)
            )
            #expect(throws: PostgresStoreError.migrationsBusy) { try PostgresMigrations(schema.url).up() }
            try other.command("COMMIT", by: .now + .seconds(30))
            #expect(try PostgresMigrations(schema.url).up() == Migration.all.map(\.name))
        }

        @Test func `what a step met is told, also when the lock cannot be given back`() throws {
            let schema = try PostgresSchema(isMigrated: false)
            try schema.run(
                """
                CREATE TABLE account (id BIGINT);
                CREATE FUNCTION pg_advisory_unlock(BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql
                    AS $$ BEGIN RAISE 'another error'; END $$
                """
            )
            #expect {
                try PostgresMigrations(schema.url).up()
            } throws: {
                "\($0)".contains("already exists")
            }
        }

        /// On a server of its own: whoever builds an index this way waits for everybody's old snapshots.
        private func schemaBeforeIndexes() async throws -> PostgresSchema {
            let schema = try PostgresSchema(on: TestPostgres.start())
            try await schema.openPostgres().add(person(1, "ann@example.com"))
            try schema.run(
                """
                DROP TABLE session, invitation, token_use;
                DROP INDEX account_owner, audit_at;
                DELETE FROM migration WHERE number = 5
                """
            )
            return schema
        }

        private static let isValid = """
            SELECT string_agg(CAST(indisvalid AS TEXT), ' ') FROM pg_index
            WHERE indexrelid IN (to_regclass('account_owner'), to_regclass('audit_at'))
            """

        private func startReading(_ schema: PostgresSchema) throws -> Connection {
            let reader = try schema.connect()
            let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM migration"
            try reader.command(sql, by: .now + .seconds(30))
            return reader
        }

        @Test func `an upgrade makes indexes beside the writes, and anew what was interrupted`() async throws {
            let schema = try await schemaBeforeIndexes()
            let reader = try startReading(schema)
            let migrations = try PostgresMigrations(schema.url)
            // It waits for the reader's snapshot, which an index that keeps writes waiting would not.
            #expect(throws: PostgresStoreError.migrationsBusy) { try migrations.up(patience: .milliseconds(500)) }
            #expect(try schema.run(Self.isValid) == "false")
            try reader.command("COMMIT", by: .now + .seconds(30))
            #expect(try PostgresMigrations(schema.url).up(patience: .seconds(60)) == ["0005 sessions"])
            #expect(try schema.run(Self.isValid) == "true true")
        }

        @Test func `an upgrade waits for older transactions, and for another process that upgrades`() async throws {
            let schema = try await schemaBeforeIndexes()
            // Not the limit that a role may have for its requests.
            try schema.run("ALTER ROLE CURRENT_USER SET statement_timeout = '1s'")
            let reader = try startReading(schema)
            let said = Words()
            async let first = upgrade(schema, said)
            // Longer than a step would wait for a lock.
            let waits = """
                SELECT count(*) FROM pg_stat_activity
                WHERE query LIKE 'CREATE INDEX%' AND now() - query_start > interval '2500 ms'
                """
            try await schema.waitUntil(waits, is: "1")
            #expect(said.list.withLock(\.self).map { $0.contains("index account_owner") } == [true])
            async let second = upgrade(schema, said)
            try await said.waitUntilSaid("another process")
            #expect(throws: PostgresStoreError.migrationsBusy) {
                try PostgresMigrations(schema.url).up(patience: .zero)
            }
            try reader.command("COMMIT", by: .now + .seconds(30))
            #expect(try await first == ["0005 sessions"])
            #expect(try await second == [])
            #expect(said.list.withLock(\.self).count == 3)
            #expect(try schema.run(Self.isValid) == "true true")
        }

        @Test func `an upgrade waits for another process, also when that keeps a table to itself`() async throws {
            let schema = try await schemaBeforeIndexes()
            let other = try schema.connect()
            try other.command(
                """
                SELECT pg_advisory_lock(hashtext('latchkey migrate ' || current_schema()));
                BEGIN;
                LOCK TABLE account
                """,
                by: .now + .seconds(30)
            )
            async let applied = upgrade(schema)
            // Longer than it would wait for the table.
            let asks = """
                SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory%'
                    AND pid <> pg_backend_pid() AND now() - backend_start > interval '2500 ms'
                """
            try await schema.waitUntil(asks, is: "1")
            try other.command("COMMIT; SELECT pg_advisory_unlock_all()", by: .now + .seconds(30))
            #expect(try await applied == ["0005 sessions"])
        }

        @Test func `an upgrade that waited for a newer version's is refused`() async throws {
            let schema = try PostgresSchema()
            try schema.run("UPDATE migration SET number = -number")
            let other = try schema.connect()
            let lock = "SELECT pg_advisory_lock(hashtext('latchkey migrate ' || current_schema()))"
            try other.command(lock, by: .now + .seconds(30))
            let said = Words()
            let applied = Task { try await upgrade(schema, said) }
            try await said.waitUntilSaid("another process")
            try other.command(
                """
                UPDATE migration SET number = -number;
                INSERT INTO migration VALUES (9999, '9999 from the future', 9999, 0);
                SELECT pg_advisory_unlock_all()
                """,
                by: .now + .seconds(30)
            )
            await #expect(throws: PostgresStoreError.newerSchema) { try await applied.value }
        }

        @Test func `a search path without a schema is told at once`() throws {
            let url = try TestPostgres.shared.get().url + "&options=-csearch_path%3Dnowhere"
            #expect {
                try PostgresMigrations(url).up(patience: .zero)
            } throws: {
                "\($0)".contains("3F000")
            }
        }

        private final class Words: Sendable {
            let list = Mutex<[String]>([])

            func waitUntilSaid(_ words: String) async throws {
                while !list.withLock({ $0.contains { $0.contains(words) } }) {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
        }

        /// On a thread of its own, for it blocks.
        private func upgrade(_ schema: PostgresSchema, _ said: Words = Words()) async throws -> [String] {
            let url = schema.url
            return try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    let names = Result {
                        try PostgresMigrations(url).up(patience: .seconds(60)) { words in
                            said.list.withLock { $0.append(words) }
                        }
                    }
                    continuation.resume(with: names)
                }
            }
        }

        @Test func `both stores number their migrations alike`() {
            #expect(Migration.all.map(\.name) == sqliteMigrationNames)
        }
    }
#endif
