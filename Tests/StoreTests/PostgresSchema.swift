#if PostgreSQL
    import Auth
    import Foundation
    import Testing

    @testable import PostgresStorage

    /// A schema of its own on a server that all tests of this process share.
    final class PostgresSchema: StorePlace {
        let url: String
        private let name: String

        init(isMigrated: Bool = true) throws {
            name = "test_\(UInt64.random(in: .min ... .max))"
            url = try TestPostgres.shared.get() + "&options=-csearch_path%3D\(name),pg_catalog"
            try run("CREATE SCHEMA \(name)")
            if isMigrated { #expect(try PostgresMigrations(url).up().count == Migration.all.count) }
        }

        func open(clock: TestClock?) throws -> any AuthStore {
            try openPostgres(clock: clock)
        }

        func openPostgres(clock: TestClock? = nil, patience: Duration = .seconds(5)) throws -> PostgresStore {
            if let clock { try follow(clock) }
            return try PostgresStore(url, auditChain: .test, patience: patience)
        }

        func connect(_ purpose: Connection.Purpose = .migration) throws -> Connection {
            let libpq = try Libpq()
            return try Connection(to: PostgresURL(url, libpq), for: purpose, libpq)
        }

        /// Runs statements as an operator with psql would; the first value of the last one.
        @discardableResult
        func run(_ sql: String) throws -> String? {
            try connect().command(sql, by: .now + .seconds(30)).text(0, 0)
        }

        /// The database's clock is its own. A function of the same name in the schema, which is searched before the system's,
        /// makes it the test's.
        private func follow(_ clock: TestClock) throws {
            try run(
                """
                CREATE TABLE IF NOT EXISTS test_clock (at BIGINT);
                CREATE OR REPLACE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
                    AS 'SELECT to_timestamp(at / 1000.0) FROM \(name).test_clock'
                """
            )
            clock.lead { [self] now in
                do {
                    try run("DELETE FROM test_clock; INSERT INTO test_clock VALUES (\(now.milliseconds))")
                } catch {
                    Issue.record(error)
                }
            }
        }
    }

    /// The server of this test process: started when first needed, ended by the end of the process, whose pipe it reads.
    enum TestPostgres {
        static let shared = Result { try start() }

        struct NoServer: Error {
            let words: String
        }

        private static func start() throws -> String {
            let root = URL(fileURLWithPath: #filePath)
                .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            let process = Process()
            process.executableURL = root.appendingPathComponent("Scripts/postgres")
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            var line = Data()
            while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte != Data("\n".utf8)
            {
                line += byte
            }
            // Kept open on purpose: its closing stops the server.
            _ = Unmanaged.passRetained(input)
            guard !line.isEmpty else { throw NoServer(words: "Scripts/postgres did not start; its words are above") }
            return String(decoding: line, as: UTF8.self)
        }
    }
#endif
