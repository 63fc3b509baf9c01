#if PostgreSQL
    import Auth
    import Foundation

    /// What a database says of itself, for an operator to judge whether it keeps the promise.
    package struct PostgresInspection: Sendable {
        /// `PostgreSQL 15.18 (Debian …) on …`.
        package let version: String
        /// `150018`; 0 when it is no PostgreSQL.
        package let versionNumber: Int
        /// `fsync`, `full_page_writes`, `synchronous_standby_names` and others; what is not there is not PostgreSQL's.
        package let settings: [String: String]
        /// Standbys that take part in commits now; nil when this role may not see them.
        package let synchronousStandbys: Int?
        package let isEncrypted: Bool
        package let isLocalSocket: Bool
        package let sslMode: String
        /// The database's clock less ours.
        package let skewMilliseconds: Int64
        package let pending: [String]
        package let isReadable: Bool
        package let encoding: String
        /// For transactions, for lookups and for the heartbeat.
        package static let connectionsOfNode = PostgresStore.poolSize + 2

        package init(_ url: String) throws(PostgresStoreError) {
            let libpq = try Libpq()
            let address = try PostgresURL(url, libpq)
            do {
                let connection = try Connection(to: address, for: .changes, libpq)
                let deadline = ContinuousClock.now + .seconds(10)
                version = try connection.command("SELECT version()", by: deadline).text(0, 0) ?? ""
                var settings: [String: String] = [:]
                for name in [
                    "server_version_num", "fsync", "full_page_writes", "synchronous_standby_names", "max_connections",
                ] {
                    settings[name] = try connection.command("SELECT current_setting('\(name)', true)", by: deadline)
                        .text(0, 0)
                }
                self.settings = settings
                versionNumber = version.hasPrefix("PostgreSQL ") ? Int(settings["server_version_num"] ?? "") ?? 0 : 0
                synchronousStandbys = PostgresInspection.standbys(connection, deadline)
                isEncrypted =
                    (try? connection.command("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", by: deadline))?
                    .text(0, 0) == "t"
                isLocalSocket = connection.isLocalSocket
                sslMode = address.value("sslmode") ?? "prefer"
                let before = WallClock.system.now.milliseconds
                let theirs = try connection.run("SELECT \(Clock.now)", by: deadline).integer(0, 0) ?? 0
                let after = WallClock.system.now.milliseconds
                // The question took its time: only what lies outside of that is skew.
                skewMilliseconds = theirs < before ? theirs - before : theirs > after ? theirs - after : 0
                let state = try SchemaState(connection, by: deadline)
                (pending, isReadable, encoding) = (state.pending.map(\.name), state.isReadable, state.encoding)
            } catch let failure as QueryFailure {
                throw .cannotConnect(failure.reason)
            } catch {
                throw .database("\(error)")
            }
        }

        private static func standbys(_ connection: Connection, _ deadline: ContinuousClock.Instant) -> Int? {
            // Without the role pg_monitor the rows of others show no state.
            let sql = """
                SELECT count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')), count(*) FILTER (WHERE sync_state IS NULL)
                FROM pg_stat_replication
                """
            guard let rows = try? connection.command(sql, by: deadline), rows.text(0, 1) == "0" else { return nil }
            return rows.text(0, 0).flatMap { Int($0) }
        }
    }
#endif
