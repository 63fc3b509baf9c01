import Auth
import Foundation
import GRDBSQLite
import SQLiteStorage
import Synchronization
import Testing

@Suite struct SQLiteDisk {
    /// What the fatal-error hook was told.
    private final class Reports: Sendable {
        private let texts = Mutex<[String]>([])

        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var count: Int { texts.withLock { $0.count } }
    }

    @Test func `after a failed fsync nothing is answered any more, and the hook is told once`() async throws {
        let place = try TemporaryDirectory()
        FailingDisk.set(.init(), below: place.path)
        let reports = Reports()
        let store = try place.openSQLite(onFatalError: { reports.add($0) })
        try await store.add(person(1, "ann@example.com"))
        _ = try await store.replaceToken(of: 1, 5)
        FailingDisk.set(.init(logSync: FailingDisk.fsyncFailure), below: place.path)
        await expectUnavailable { _ = try await store.replaceToken(of: 1, 6) }
        #expect(reports.count == 1)
        FailingDisk.set(.init(), below: place.path)
        await expectUnavailable { _ = try await store.replaceToken(of: 1, 7) }
        await expectUnavailable { _ = try await store.account(number: 1) }
        await expectUnavailable { try await store.checkReadiness() }
        #expect(try lookUp(id(1), in: store).isUnavailable)
        #expect(reports.count == 1)
        let restarted = try place.openSQLite()
        #expect(try await restarted.replaceToken(of: 1, 8) != nil)
    }

    @Test func `a failed fsync while the log moves into the database is no secret`() async throws {
        let place = try TemporaryDirectory()
        FailingDisk.set(.init(), below: place.path)
        let reports = Reports()
        let store = try place.openSQLite(onFatalError: { reports.add($0) })
        // A log beyond 1,000 pages makes the next commit of the store move it.
        try RawConnection(place.databasePath).run(
            """
            PRAGMA wal_autocheckpoint = 0; CREATE TABLE filler (content BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
            INSERT INTO filler SELECT zeroblob(4000) FROM n
            """
        )
        FailingDisk.set(.init(databaseSync: FailingDisk.fsyncFailure), below: place.path)
        await expectUnavailable { try await store.add(person(1, "ann@example.com")) }
        #expect(reports.count == 1)
    }

    @Test func `a damaged file found by a write is fatal`() async throws {
        let place = try TemporaryDirectory()
        let reports = Reports()
        let store = try place.openSQLite(onFatalError: { reports.add($0) })
        try await store.add(person(1, "ann@example.com"))
        try RawConnection(place.databasePath).run(
            """
            PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 999999 WHERE name = 'audit';
            PRAGMA schema_version = 99
            """
        )
        await expectUnavailable { _ = try await store.replaceToken(of: 1, 5) }
        #expect(reports.count == 1)
    }

    @Test func `on a full disk writes are refused, reads go on, and room is enough to recover`() async throws {
        let place = try TemporaryDirectory()
        FailingDisk.set(.init(), below: place.path)
        let reports = Reports()
        let store = try place.openSQLite(onFatalError: { reports.add($0) })
        try await store.add(person(1, "ann@example.com"))
        _ = try await store.replaceToken(of: 1, 5)
        FailingDisk.set(.init(write: SQLITE_FULL), below: place.path)
        for byte in 6...9 as ClosedRange<UInt8> {
            await expectUnavailable { _ = try await store.replaceToken(of: 1, byte) }
        }
        #expect(try lookUp(id(1), in: store).token?.digest == digest(5))
        #expect(try await store.storedAccount(1).generation == 1)
        #expect(try await store.auditEvents(of: id(1), after: 0, limit: 10).count == 2)
        FailingDisk.set(.init(), below: place.path)
        #expect(try await store.replaceToken(of: 1, 10) == 2)
        #expect(try lookUp(id(1), in: store).token?.digest == digest(10))
        #expect(reports.count == 0)
    }
}

func expectUnavailable(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    let error = await #expect(throws: AuthError.self, sourceLocation: sourceLocation) { try await body() }
    guard case .unavailable = error else {
        Issue.record("not unavailable: \(String(describing: error))", sourceLocation: sourceLocation)
        return
    }
}
