#if PostgreSQL
    /// Why a PostgreSQL database cannot be used; each reads as a sentence that says what to do.
    package enum PostgresStoreError: Error, Equatable, Sendable {
        case missingLibrary
        case invalidURL(String)
        case cannotConnect(String)
        case pendingMigrations([String])
        case newerSchema
        case otherEncoding(String)
        case migrationsBusy
        case notEmpty
        case database(String)
    }

    extension PostgresStoreError: CustomStringConvertible {
        package var description: String {
            switch self {
            case .missingLibrary:
                "PostgreSQL's client library libpq.so.5 is not installed; install it: apt-get install libpq5"
            case .invalidURL(let reason):
                "store.url is no address of a PostgreSQL database: \(reason)"
            case .cannotConnect(let reason):
                "cannot connect to PostgreSQL: \(reason)"
            case .pendingMigrations(let names):
                "the database lacks the schema of this version (\(names.joined(separator: ", "))); run: latchkey migrate up"
            case .newerSchema:
                "the database has a schema that this version of latchkey cannot work with; run a newer version"
            case .otherEncoding(let encoding):
                "the database is encoded in \(encoding); make one in UTF8: createdb --encoding=UTF8 --template=template0"
            case .migrationsBusy:
                """
                another process migrates this database, or a transaction (a backup, a long query) is in the way; \
                try again when it is over
                """
            case .notEmpty:
                "there are accounts in the PostgreSQL database already; copy into an empty one"
            case .database(let reason):
                "PostgreSQL refused: \(reason)"
            }
        }
    }
#endif
