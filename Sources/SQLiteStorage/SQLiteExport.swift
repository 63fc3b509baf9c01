import Auth
import Foundation
import GRDB

/// Every row of a database, read in one transaction that keeps every writer out.
package struct SQLiteExport {
    private let database: Database

    /// A value as SQLite holds it.
    package enum Value {
        case null
        case integer(Int64)
        case text(String)
        case bytes(Data)
    }

    fileprivate init(_ database: Database) {
        self.database = database
    }

    /// The tables in an order in which none refers to a later one.
    package func tables() throws -> [String] {
        let names = try String.fetchAll(
            database,
            sql: """
                SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
                    AND name <> 'grdb_migrations' ORDER BY name <> 'account', name
                """
        )
        return names
    }

    package func columns(of table: String) throws -> [String] {
        try database.columns(in: table).map(\.name)
    }

    package func forEachRow(of table: String, _ visit: ([Value]) throws -> Void) throws {
        // The name is one of `tables`.
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM \(table)")
        while let row = try rows.next() {
            try visit(
                row.databaseValues.map { value in
                    switch value.storage {
                    case .null: .null
                    case .int64(let number): .integer(number)
                    case .double(let number): .text(String(number))
                    case .string(let text): .text(text)
                    case .blob(let data): .bytes(data)
                    }
                }
            )
        }
    }
}

extension SQLiteStore {
    /// Runs `body` while nobody else writes.
    package func export<Result: Sendable>(
        _ body: @escaping @Sendable (SQLiteExport) -> Result
    ) async throws(AuthError) -> Result {
        try await write { database in body(SQLiteExport(database)) }
    }
}
