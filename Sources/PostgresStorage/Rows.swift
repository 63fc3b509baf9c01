#if PostgreSQL
    import Auth
    import CLibpq

    /// What a statement returned, every value in PostgreSQL's binary format. Freed when it goes away.
    final class Rows {
        private let libpq: Libpq
        private let result: OpaquePointer
        let count: Int

        init(_ result: OpaquePointer, _ libpq: Libpq) {
            self.libpq = libpq
            self.result = result
            count = Int(libpq.rowCount(result))
        }

        deinit {
            libpq.clear(result)
        }

        /// Nil when the statement succeeded.
        var failure: QueryFailure? {
            switch libpq.resultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: nil
            default:
                .refused(
                    state: errorField("C"),
                    constraint: errorField("n"),
                    message: errorField("M")
                )
            }
        }

        private func errorField(_ code: Unicode.Scalar) -> String {
            libpq.resultErrorField(result, CInt(code.value)).map { String(cString: $0) } ?? ""
        }

        func column(_ name: String) -> Int {
            Int(libpq.columnNumber(result, name))
        }

        /// The value's bytes, valid as long as this object; nil for NULL and for a column that is not there.
        @inline(__always)
        func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
            guard column >= 0, row < count, libpq.isNull(result, CInt(row), CInt(column)) == 0,
                let start = libpq.value(result, CInt(row), CInt(column))
            else { return nil }
            return UnsafeRawBufferPointer(start: start, count: Int(libpq.length(result, CInt(row), CInt(column))))
        }

        /// A `bigint`.
        @inline(__always)
        func integer(_ row: Int, _ column: Int) -> Int64? {
            guard let bytes = bytes(row, column), bytes.count == 8 else { return nil }
            return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        }

        func text(_ row: Int, _ column: Int) -> String? {
            bytes(row, column).map { String(decoding: $0, as: UTF8.self) }
        }

        var first: Row? { count > 0 ? Row(rows: self, index: 0) : nil }

        func map<Value>(_ transform: (Row) throws -> Value) rethrows -> [Value] {
            try (0..<count).map { try transform(Row(rows: self, index: $0)) }
        }
    }

    /// One row, its values by column name. A value that the schema or the domain would have refused, put there by hand, makes
    /// the answer `.unavailable`.
    struct Row {
        fileprivate let rows: Rows
        fileprivate let index: Int

        func integer(_ column: String) throws -> Int64 {
            guard let value = rows.integer(index, rows.column(column)) else { throw damaged(column) }
            return value
        }

        func optionalInteger(_ column: String) -> Int64? {
            rows.integer(index, rows.column(column))
        }

        func optionalText(_ column: String) -> String? {
            rows.text(index, rows.column(column))
        }

        func text(_ column: String) throws -> String {
            guard let value = optionalText(column) else { throw damaged(column) }
            return value
        }

        func optionalBytes(_ column: String) -> [UInt8]? {
            rows.bytes(index, rows.column(column)).map { Array($0) }
        }

        func bytes(_ column: String) throws -> [UInt8] {
            guard let value = optionalBytes(column) else { throw damaged(column) }
            return value
        }

        func isTrue(_ column: String) throws -> Bool {
            guard let bytes = rows.bytes(index, rows.column(column)), bytes.count == 1 else { throw damaged(column) }
            return bytes[0] != 0
        }

        func damaged(_ column: String) -> AuthError {
            .unavailable("the database holds a damaged \(column)")
        }
    }
#endif
