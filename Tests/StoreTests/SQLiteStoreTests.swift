import Auth
import Foundation
import GRDB
import Synchronization
import Testing

@testable import SQLiteStorage

/// For the comparison with the other store's.
let sqliteMigrationNames = Migrations.steps.map(\.name)

@Suite struct SQLiteStoreRules {
    @Test func `commits wait for the disk, in a log, on every connection that writes`() async throws {
        let place = try TemporaryDirectory()
        let store = try place.openSQLite()
        let names = ["synchronous", "journal_mode", "foreign_keys", "trusted_schema", "fullfsync"]
        let values = try await store.write { database in
            try names.map { try String.fetchOne(database, sql: "PRAGMA \($0)") }
        }
        #expect(values == ["2", "wal", "1", "0", "1"])
    }

    @Test func `the files are the owner's alone`() async throws {
        let place = try TemporaryDirectory()
        #expect(FileManager.default.createFile(atPath: place.databasePath, contents: nil))
        #expect(chmod(place.databasePath, 0o644) == 0)
        let store = try place.openSQLite()
        try await store.add(person(1, "ann@example.com"))
        let lock = try StoreLock(DataDirectory.open(place.path))
        for name in ["latchkey.sqlite", "latchkey.sqlite-wal", "latchkey.sqlite-shm", "latchkey.lock"] {
            #expect(try mode(of: place.path + "/" + name) == 0o600, "\(name)")
        }
        withExtendedLifetime(lock) {}
    }

    @Test func `a fresh directory may be opened by many at once`() async throws {
        for _ in 1...10 {
            let place = try TemporaryDirectory()
            let stores = openAtOnce(place, count: 8)
            for (number, store) in stores.enumerated() {
                try await store.get().add(person(Int64(number), "user\(number)@example.com"))
            }
            #expect(try await place.openSQLite().accounts(afterKey: nil, limit: 100).count == 8)
            #expect(try RawConnection(place.databasePath).run("PRAGMA integrity_check") == "ok")
        }
    }

    @Test func `a database of a newer version is refused and left alone`() throws {
        let place = try TemporaryDirectory()
        _ = try place.openSQLite()
        let raw = try RawConnection(place.databasePath)
        try raw.run("INSERT INTO grdb_migrations VALUES ('9999 from the future')")
        let error = #expect(throws: SQLiteStoreError.self) { try place.openSQLite() }
        #expect(error == .newerSchema(directory: place.path))
        #expect("\(try #require(error))".contains("newer version of latchkey"))
        #expect(try raw.run("SELECT count(*) FROM grdb_migrations") == "6")
    }

    @Test func `the schema can be looked at without being changed`() throws {
        let place = try TemporaryDirectory()
        let directory = try DataDirectory.open(place.path)
        #expect(try SQLiteMigrations(in: directory).pending == sqliteMigrationNames)
        #expect(!FileManager.default.fileExists(atPath: place.databasePath))
        let store = try place.openSQLite()
        let found = try SQLiteMigrations(in: directory)
        #expect(found.applied == sqliteMigrationNames)
        #expect(found.pending.isEmpty && found.isReadable)
        try RawConnection(place.databasePath).run("INSERT INTO grdb_migrations VALUES ('9999 from the future')")
        #expect(try SQLiteMigrations(in: directory).isReadable == false)
        withExtendedLifetime(store) {}
    }

    @Test func `a file that is no database is refused with a sentence`() throws {
        let place = try TemporaryDirectory()
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: place.databasePath))
        let error = #expect(throws: SQLiteStoreError.self) { try place.openSQLite() }
        #expect("\(try #require(error))".contains("not a database"))
    }

    @Test func `reads and lookups go on while another process holds the write lock, and a write gives up`() async throws
    {
        let place = try TemporaryDirectory()
        let (store, impatient) = (try place.openSQLite(), try place.openSQLite(patience: 1))
        try await store.add(person(1, "ann@example.com"))
        _ = try await store.replaceToken(of: 1, 5)
        let raw = try RawConnection(place.databasePath)
        try raw.run("BEGIN IMMEDIATE; UPDATE account SET role = 'admin'")
        #expect(try await store.storedAccount(1).role == .member)
        #expect(try lookUp(id(1), in: store).token?.role == .member)
        await expectUnavailable { _ = try await impatient.replaceToken(of: 1, 6) }
        try await store.checkReadiness()
        try raw.run("COMMIT")
        #expect(try lookUp(id(1), in: store).token?.role == .admin)
        #expect(try await store.replaceToken(of: 1, 6) == 2)
    }

    @Test(arguments: [
        "token_digest = x'00'", "token_expires_at = NULL", "token_key_id = NULL", "created_at = -1", "role = 'king'",
        "kind = 'robot'", "email = 'a' || char(13, 10) || 'X-Forged: 1'", "email = CAST(x'FFFE' AS TEXT)",
        "scopes = char(0)",
    ])
    func `a row damaged by hand is unavailable or absent, never a trap, and spares the others`(
        assignment: String
    ) async throws {
        let place = try TemporaryDirectory()
        let store = try place.openSQLite()
        for number in 1...3 as ClosedRange<Int64> {
            try await store.add(person(number, "user\(number)@example.com"))
            _ = try await store.replaceToken(of: number, UInt8(number))
        }
        try RawConnection(place.databasePath).run(
            "PRAGMA ignore_check_constraints = ON; UPDATE account SET \(assignment) WHERE id = 2"
        )
        let turn = Turn()
        let waiters = [Waiter(), Waiter(), Waiter()]
        let lookups = try store.makeTokenLookups(on: turn)
        for (position, waiter) in waiters.enumerated() { lookups.lookUp(id(Int64(position) + 1), for: waiter) }
        turn.end(answering: waiters)
        #expect(waiters[0].token != nil)
        #expect(waiters[1].token == nil)
        #expect(waiters[2].token != nil)
        if assignment.hasPrefix("created_at") || assignment.hasPrefix("email") || assignment.hasPrefix("role") {
            await expectUnavailable { _ = try await store.account(number: 2) }
        }
    }

    @Test func `a stored key that differs from its address cannot lead a listing in circles`() async throws {
        let place = try TemporaryDirectory()
        let store = try place.openSQLite()
        try await store.add(person(1, "ann@example.com"))
        try RawConnection(place.databasePath).run(
            "PRAGMA ignore_check_constraints = ON; UPDATE account SET email_key = 'zoe@example.com'"
        )
        await expectUnavailable { _ = try await store.accounts(afterKey: nil, limit: 10) }
    }

    @Test func `lookups recover when the table comes back`() async throws {
        let place = try TemporaryDirectory()
        let store = try place.openSQLite()
        try await store.add(person(1, "ann@example.com"))
        _ = try await store.replaceToken(of: 1, 5)
        let raw = try RawConnection(place.databasePath)
        let turn = Turn()
        let waiter = Waiter()
        let lookups = try store.makeTokenLookups(on: turn)
        for _ in 1...3 {
            try raw.run("PRAGMA legacy_alter_table = ON; ALTER TABLE account RENAME TO away")
            lookups.lookUp(id(1), for: waiter)
            turn.end(answering: [waiter])
            #expect(waiter.isUnavailable)
            try raw.run("ALTER TABLE away RENAME TO account")
            lookups.lookUp(id(1), for: waiter)
            turn.end(answering: [waiter])
            #expect(waiter.token?.digest == digest(5))
        }
    }

    @Test(arguments: [
        "status = 'gone'", "role = 'king'", "token_digest = NULL", "token_digest = x'00'", "status = 'disabled'",
        "email_key = 'ANN@example.com'", "owner = 1", "scopes = 'read'", "audit_mac = x''", "created_at = 'today'",
    ])
    func `the schema refuses a row that breaks a rule`(assignment: String) async throws {
        let place = try TemporaryDirectory()
        let store = try place.openSQLite()
        try await store.add(person(1, "ann@example.com"))
        _ = try await store.replaceToken(of: 1, 5)
        let raw = try RawConnection(place.databasePath)
        let failure = #expect(throws: RawConnection.Failure.self) { try raw.run("UPDATE account SET \(assignment)") }
        #expect(failure?.code == 19)
    }

    @Test func `a long purpose and many scopes change nothing for a lookup`() async throws {
        let place = try TemporaryDirectory()
        let store = try place.openSQLite()
        try await store.add(person(1, "ann@example.com"))
        let kind = NewAccount.Kind.service(ownerNumber: 1, purpose: String(repeating: "p", count: 100_000))
        let scopes = try Scope.list((1...500).map { "scope-\($0)" }.joined(separator: " "))
        let wide = NewAccount(
            id: id(2),
            email: try EmailAddress("wide@example.com"),
            kind: kind,
            role: .member,
            scopes: scopes,
            password: nil
        )
        try await store.add(wide)
        _ = try await store.replaceToken(of: 2, 5)
        #expect(try await store.storedAccount(2).scopes == scopes)
        #expect(
            try lookUp(id(2), in: store).token?.scopes.utf8.count == scopes.map(\.description.utf8.count).reduce(499, +)
        )
    }

    /// Opens by threads of its own: tasks would open one after the other where cores are few.
    private func openAtOnce(_ place: TemporaryDirectory, count: Int) -> [Result<SQLiteStore, any Error>] {
        let stores = Mutex<[Result<SQLiteStore, any Error>]>([])
        let (gate, done) = (DispatchSemaphore(value: 0), DispatchGroup())
        for _ in 0..<count {
            done.enter()
            Thread.detachNewThread {
                gate.wait()
                let opened = Result { try place.openSQLite() }
                stores.withLock { $0.append(opened) }
                done.leave()
            }
        }
        for _ in 0..<count { gate.signal() }
        done.wait()
        return stores.withLock { $0 }
    }

    private func mode(of path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o777
    }
}
