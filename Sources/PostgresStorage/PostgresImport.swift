#if PostgreSQL
    import Auth
    import Foundation

    /// Fills an empty database from another store: all of it in one transaction, or nothing.
    package struct PostgresImport {
        private let connection: Connection

        /// A value on its way.
        package enum Value {
            case null
            case integer(Int64)
            case text(String)
            case bytes(Data)
        }

        /// How many rows went into a table.
        package struct Count: Equatable, Sendable {
            package let table: String
            package let rows: Int
        }

        /// Throws unless the schema is this version's.
        package init(_ url: String) throws(PostgresStoreError) {
            let libpq = try Libpq()
            let address = try PostgresURL(url, libpq)
            do {
                connection = try Connection(to: address, for: .migration, libpq)
                let state = try SchemaState(connection, by: .now + .seconds(10))
                guard state.pending.isEmpty else {
                    throw PostgresStoreError.pendingMigrations(state.pending.map(\.name))
                }
            } catch let error as PostgresStoreError {
                throw error
            } catch let failure as QueryFailure {
                throw .cannotConnect(failure.reason)
            } catch {
                throw .database("\(error)")
            }
        }

        /// Copies `tables` with their columns; `rows` hands each row of a table over. Throws `.notEmpty` when there is an account
        /// already.
        package func run(
            _ tables: [(name: String, columns: [String])],
            rows: (_ table: String, _ row: ([Value]) throws -> Void) throws -> Void
        ) throws -> [Count] {
            do {
                try command("BEGIN")
                // Keeps another copy and a migration out.
                try command("SELECT number FROM migration WHERE number = 0 FOR UPDATE")
                guard try count(of: "account") == 0 else { throw PostgresStoreError.notEmpty }
                var counts: [Count] = []
                for table in tables {
                    let copied = try copy(table.name, table.columns, rows)
                    guard try count(of: table.name) == copied else {
                        throw PostgresStoreError.database("somebody else wrote to the table \(table.name) meanwhile")
                    }
                    counts.append(Count(table: table.name, rows: copied))
                }
                try command("COMMIT")
                // Without statistics the first queries would be planned for an empty table.
                for table in tables { try command("ANALYZE \(table.name)") }
                return counts
            } catch let failure as QueryFailure {
                throw PostgresStoreError.database(failure.reason)
            }
        }

        private var deadline: ContinuousClock.Instant { .now + .seconds(24 * 3600) }

        private func command(_ sql: String) throws(QueryFailure) {
            try connection.command(sql, by: deadline)
        }

        private func count(of table: String) throws -> Int {
            let rows = try connection.run("SELECT count(*) FROM \(table)", by: deadline)
            return Int(rows.integer(0, 0) ?? -1)
        }

        private func copy(
            _ table: String,
            _ columns: [String],
            _ rows: (_ table: String, _ row: ([Value]) throws -> Void) throws -> Void
        ) throws -> Int {
            var copied = 0
            var buffer: [UInt8] = []
            try connection.copy("COPY \(table) (\(columns.joined(separator: ", "))) FROM STDIN", by: deadline) {
                piece in
                try rows(table) { row in
                    PostgresImport.append(row, to: &buffer)
                    copied += 1
                    if buffer.count > 65_536 {
                        try buffer.withUnsafeBytes(piece)
                        buffer.removeAll(keepingCapacity: true)
                    }
                }
                try buffer.withUnsafeBytes(piece)
            }
            return copied
        }

        /// One line of COPY's text format (PostgreSQL documentation, COPY, "Text Format").
        static func append(_ row: [Value], to buffer: inout [UInt8]) {
            for (position, value) in row.enumerated() {
                if position > 0 { buffer.append(UInt8(ascii: "\t")) }
                switch value {
                case .null: buffer += "\\N".utf8
                case .integer(let number): buffer += String(number).utf8
                case .bytes(let bytes):
                    buffer += "\\\\x".utf8
                    let digits = Array("0123456789abcdef".utf8)
                    for byte in bytes {
                        buffer.append(digits[Int(byte >> 4)])
                        buffer.append(digits[Int(byte & 15)])
                    }
                case .text(let text):
                    for byte in text.utf8 {
                        switch byte {
                        case UInt8(ascii: "\\"): buffer += "\\\\".utf8
                        case UInt8(ascii: "\n"): buffer += "\\n".utf8
                        case UInt8(ascii: "\r"): buffer += "\\r".utf8
                        case UInt8(ascii: "\t"): buffer += "\\t".utf8
                        default: buffer.append(byte)
                        }
                    }
                }
            }
            buffer.append(UInt8(ascii: "\n"))
        }
    }
#endif
