#if PostgreSQL
    import Auth
    import Foundation
    import Testing

    @testable import PostgresStorage

    /// A schema of its own on a server that all tests of this process share.
    final class PostgresSchema: StorePlace {
        let url: String
        let name: String
        private let server: TestPostgres
        private let libpq = Result { try Libpq() }

        init(isMigrated: Bool = true, on server: TestPostgres? = nil) throws {
            name = "test_\(UInt64.random(in: .min ... .max))"
            self.server = try server ?? TestPostgres.shared.get()
            url = self.server.url + "&connect_timeout=60&options=-csearch_path%3D\(name),pg_catalog"
            try run("CREATE SCHEMA \(name)")
            if isMigrated { #expect(try PostgresMigrations(url).up().count == Migration.all.count) }
        }

        func open(clock: TestClock?) throws -> any AuthStore {
            try openPostgres(clock: clock)
        }

        /// Patient, for a machine may stand still a while.
        func openPostgres(clock: TestClock? = nil, patience: Duration = .seconds(60)) throws -> PostgresStore {
            if let clock { try follow(clock) }
            return try PostgresStore(
                url + "&application_name=\(name)",
                auditChain: .test,
                patience: patience,
                lookupPatience: .seconds(60)
            )
        }

        func connect(_ purpose: Connection.Purpose = .migration) throws -> Connection {
            try Connection(to: PostgresURL(url, libpq.get()), for: purpose, libpq.get())
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

    /// A server that ends with this value, or with the process, whose pipe it reads.
    final class TestPostgres: @unchecked Sendable {
        /// Started when first needed, for all tests of this process.
        static let shared = Result { try start() }

        let url: String
        private let pipe: UnsafeMutablePointer<FILE>

        private init(url: String, pipe: UnsafeMutablePointer<FILE>) {
            self.url = url
            self.pipe = pipe
        }

        deinit {
            pclose(pipe)
        }

        struct NoServer: Error {
            let words: String
        }

        /// By `popen`, for Foundation's `Process` reads past a buffer when it starts a program (swift-corelibs-foundation, pull
        /// request 5472).
        static func start() throws -> TestPostgres {
            let script = URL(fileURLWithPath: #filePath)
                .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Scripts/postgres").path
            let folder = try TemporaryDirectory()
            let answer = folder.path + "/url"
            guard mkfifo(answer, 0o600) == 0, let pipe = popen("exec '\(script)' >'\(answer)'", "we"),
                let output = fopen(answer, "re")
            else { throw NoServer(words: "Scripts/postgres cannot be started") }
            defer { fclose(output) }
            var line = [CChar](repeating: 0, count: 1024)
            guard fgets(&line, CInt(line.count), output) != nil else {
                throw NoServer(words: "Scripts/postgres did not start; its words are above")
            }
            let url = String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            return TestPostgres(url: url, pipe: pipe)
        }
    }
#endif
