#if PostgreSQL
    import Auth
    import Foundation

    /// Looks at a database's schema and brings it up to this version; blocks the calling thread meanwhile.
    package struct PostgresMigrations {
        private let connection: Connection

        package struct State: Equatable, Sendable {
            package let applied: [String]
            package let pending: [String]
            /// False when a newer version has changed the schema beyond what this one understands.
            package let isReadable: Bool
        }

        package init(_ url: String) throws(PostgresStoreError) {
            let libpq = try Libpq()
            let url = try PostgresURL(url, libpq)
            do throws(QueryFailure) {
                connection = try Connection(to: url, for: .migration, libpq)
            } catch {
                throw .cannotConnect(error.reason)
            }
        }

        package func state() throws(PostgresStoreError) -> State {
            let state = try schema()
            return State(applied: state.applied, pending: state.pending.map(\.name), isReadable: state.isReadable)
        }

        /// The statements that `up` would run, by migration.
        package func plan() throws(PostgresStoreError) -> [(name: String, sql: String)] {
            try schema().pending.map { migration in
                let indexes = migration.indexes.map { $0.sql("CONCURRENTLY") }
                return (migration.name, (indexes + [migration.sql]).joined(separator: ";\n"))
            }
        }

        /// Applies what is pending, each migration in a transaction of its own (but for indexes beside the writes), and returns
        /// their names. Two processes may do this at once: one goes first, and the other finds the work done.
        ///
        /// `patience` is for the other process, and for transactions that are older than such an index; `say` is given a
        /// sentence before either wait.
        package func up(
            patience: Duration = .seconds(600),
            _ say: (String) -> Void = { _ in }
        ) throws(PostgresStoreError) -> [String] {
            let state = try schema()
            guard state.isReadable else { throw .newerSchema }
            guard state.encoding == "UTF8" || state.encoding.isEmpty else { throw .otherEncoding(state.encoding) }
            guard !state.pending.isEmpty else { return [] }
            return try translated {
                try alone(patience, say) {
                    try begin()
                    let state = try SchemaState(connection, by: .now + .seconds(10))
                    // The process that this one waited for may have been of a newer version.
                    guard state.isReadable else { throw PostgresStoreError.newerSchema }
                    // Nobody would wait for an index of an empty database.
                    let hasAccounts = try !state.applied.isEmpty && hasAccounts()
                    return try state.pending.filter { migration in
                        if hasAccounts { try build(migration.indexes, patience, say) }
                        return try apply(migration)
                    }.map(\.name)
                }
            }
        }

        /// A migration may rewrite a large table; waiting for locks has a limit of its own.
        private var deadline: ContinuousClock.Instant { .now + .seconds(24 * 3600) }

        private func schema() throws(PostgresStoreError) -> SchemaState {
            try translated { try SchemaState(connection, by: .now + .seconds(10)) }
        }

        /// `IF NOT EXISTS` does not keep two sessions that make the same table at the same time from each other's way.
        private func begin() throws(QueryFailure) {
            for attempt in 1... {
                do throws(QueryFailure) {
                    try connection.command(Migration.beginnings, by: deadline)
                    return
                } catch .refused(let state, _, _)
                    where ["23505", "42710", "42P07", "XX000", "40001"].contains(state) && attempt < 5
                {
                    continue
                }
            }
        }

        private func hasAccounts() throws(QueryFailure) -> Bool {
            try connection.run("SELECT 1 FROM account LIMIT 1", by: deadline).count > 0
        }

        /// Who waited for the other process in a statement would be waited for by its index: this one asks again and again.
        private func alone<Value>(
            _ patience: Duration,
            _ say: (String) -> Void,
            _ body: () throws -> Value
        ) throws -> Value {
            // Where there is no schema, no lock would be had for ever; the step tells what is wrong.
            let lock = "(hashtext('latchkey migrate ' || coalesce(current_schema(), '')))"
            let end = ContinuousClock.now + patience
            var isWaiting = false
            do {
                while try connection.run("SELECT 1 WHERE pg_try_advisory_lock\(lock)", by: deadline).count == 0 {
                    guard ContinuousClock.now < end else {
                        throw QueryFailure.refused(state: "55P03", constraint: "", message: "another process migrates")
                    }
                    if !isWaiting { say("Waiting for another process that migrates this database.") }
                    isWaiting = true
                    Thread.sleep(forTimeInterval: 0.2)
                }
            } catch QueryFailure.refused(state: "42883", _, _), QueryFailure.refused(state: "0A000", _, _) {
                // Engines that only speak the protocol may have no such lock: there row 0 alone keeps steps apart.
                return try body()
            }
            return try finishing(body) { try connection.command("SELECT pg_advisory_unlock\(lock)", by: deadline) }
        }

        /// Before the step and outside its transaction, for CONCURRENTLY allows no other way. No write waits meanwhile, so this
        /// may wait longer than a step.
        private func build(_ indexes: [Migration.Index], _ patience: Duration, _ say: (String) -> Void) throws {
            // Zero would be for ever.
            try setLockTimeout(milliseconds: max(1, Int(patience / .milliseconds(1))))
            try finishing {
                for index in indexes {
                    say("Building the index \(index.name), which waits for transactions that began before.")
                    try build(index)
                }
            } last: {
                try setLockTimeout(milliseconds: Connection.migrationLockMilliseconds)
            }
        }

        private func setLockTimeout(milliseconds: Int) throws(QueryFailure) {
            try connection.set(["lock_timeout = \(milliseconds)"], by: deadline)
        }

        /// Runs `last` whatever becomes of `body`, whose error is the one to tell.
        private func finishing<Value>(_ body: () throws -> Value, last: () throws -> Void) throws -> Value {
            let value: Value
            do {
                value = try body()
            } catch {
                try? last()
                throw error
            }
            try last()
            return value
        }

        private func build(_ index: Migration.Index) throws(QueryFailure) {
            // What a build that was interrupted left behind is in nobody's use.
            let invalid = try connection.run(
                "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid",
                [.text(index.name)],
                by: deadline
            )
            if invalid.count > 0 { try connection.command("DROP INDEX CONCURRENTLY \(index.name)", by: deadline) }
            try connection.command(index.sql("CONCURRENTLY"), by: deadline)
        }

        /// False when another process was quicker.
        private func apply(_ migration: Migration) throws(QueryFailure) -> Bool {
            try connection.command("BEGIN", by: deadline)
            do throws(QueryFailure) {
                try connection.command("SELECT number FROM migration WHERE number = 0 FOR UPDATE", by: deadline)
                let number = Parameter.integer(Int64(migration.number))
                let earlier = try connection.run(
                    "SELECT number FROM migration WHERE number = $1",
                    [number],
                    by: deadline
                )
                guard earlier.count == 0 else {
                    try connection.command("ROLLBACK", by: deadline)
                    return false
                }
                try connection.command(
                    ([migration.sql] + migration.indexes.map { $0.sql() }).joined(separator: ";\n"),
                    by: deadline
                )
                _ = try connection.run(
                    "INSERT INTO migration (number, name, readable_by, applied_at) VALUES ($1, $2, $3, \(Clock.now))",
                    [number, .text(migration.name), .integer(Int64(migration.readableBy))],
                    isChange: true,
                    by: deadline
                )
                try connection.command("COMMIT", by: deadline)
                return true
            } catch {
                _ = try? connection.command("ROLLBACK", by: deadline)
                throw error
            }
        }

        private func translated<Value>(_ body: () throws -> Value) throws(PostgresStoreError) -> Value {
            do {
                return try body()
            } catch let error as PostgresStoreError {
                throw error
            } catch let failure as QueryFailure {
                throw PostgresMigrations.translation(of: failure)
            } catch let error as AuthError {
                throw .database("\(error)")
            } catch {
                throw .database("\(error)")
            }
        }

        private static func translation(of failure: QueryFailure) -> PostgresStoreError {
            switch failure {
            // lock_not_available
            case .refused(state: "55P03", _, _): .migrationsBusy
            default: .database(failure.reason)
            }
        }
    }

    /// The database's clock, in SQL.
    enum Clock {
        /// Whole milliseconds since 1970.
        static let now = "CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)"
    }
#endif
