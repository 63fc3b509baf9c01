#if PostgreSQL
    /// Which migrations a database has.
    struct SchemaState: Sendable {
        /// By name, in order, those of newer programs included.
        let applied: [String]
        /// Known here and not applied.
        let pending: [Migration]
        /// Whether every migration that was applied lets this program work.
        let isReadable: Bool
        let encoding: String

        init(_ connection: Connection, by deadline: ContinuousClock.Instant) throws {
            encoding = connection.serverEncoding
            var rows: [(number: Int64, name: String, readableBy: Int64)] = []
            do {
                let found = try connection.run(
                    "SELECT number, name, readable_by FROM migration WHERE number > 0 ORDER BY number",
                    by: deadline
                )
                rows = try found.map { (try $0.integer("number"), try $0.text("name"), try $0.integer("readable_by")) }
            } catch QueryFailure.refused(state: "42P01", _, _) {
                // No such table: an empty database.
            }
            applied = rows.map(\.name)
            let numbers = Set(rows.map(\.number))
            pending = Migration.all.filter { !numbers.contains(Int64($0.number)) }
            let known = Int64(Migration.all.last?.number ?? 0)
            isReadable = rows.allSatisfy { $0.readableBy <= known }
        }
    }
#endif
