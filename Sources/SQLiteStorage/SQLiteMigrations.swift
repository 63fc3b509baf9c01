import GRDB

/// What is known of a database's schema without changing it.
package struct SQLiteMigrations: Equatable, Sendable {
    package let applied: [String]
    package let pending: [String]
    /// False when a newer version has changed the schema.
    package let isReadable: Bool

    /// The statements that bring the schema up to this version, by migration.
    package var plan: [(name: String, sql: String)] { Migrations.steps.filter { pending.contains($0.name) } }

    /// Looks into the directory's database; where there is none yet, everything is pending.
    package init(in directory: DataDirectory) throws(SQLiteStoreError) {
        let known = Migrations.all.migrations
        guard try directory.hasDatabase() else {
            (applied, pending, isReadable) = ([], known, true)
            return
        }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: directory.databasePath, configuration: configuration)
            (applied, isReadable) = try queue.read { database in
                (try Migrations.all.appliedMigrations(database), try !Migrations.all.hasBeenSuperseded(database))
            }
            try queue.close()
        } catch {
            throw .database(path: directory.databasePath, reason: "\(error)")
        }
        pending = known.filter { [applied] in !applied.contains($0) }
    }
}
