import Auth
import Foundation
import GRDB

/// Failed sign-ins: the part of the seam that throttling counts by.
extension SQLiteStore {
    package func attempts(_ keys: [AttemptKey]) async throws(AuthError) -> AttemptSnapshot {
        try await read { [clock] database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT failures, window_started_at, window_failures, last_failed_at, known_until
                    FROM attempt WHERE account = ? AND source = ?
                    """
            )
            var records: [AttemptKey: AttemptRecord] = [:]
            for key in keys {
                let arguments: StatementArguments = [Data(key.account), Data(key.source)]
                records[key] = try Row.fetchOne(statement, arguments: arguments).map(AttemptRecord.init(row:))
            }
            return AttemptSnapshot(now: clock.now, records: records)
        }
    }

    package func recordFailure(
        _ key: AttemptKey,
        _ memory: AttemptMemory
    ) async throws(AuthError) -> AttemptRecord {
        try await write { [clock] database in
            let now = clock.now
            let row = try Row.fetchOne(
                database,
                sql: """
                    INSERT INTO attempt (account, source, failures, window_started_at, window_failures, last_failed_at,
                        expires_at)
                    VALUES (:account, :source, 1, :now, 1, :now, :expires_at)
                    ON CONFLICT (account, source) DO UPDATE SET
                        failures = CASE WHEN last_failed_at > :forgotten THEN failures + 1 ELSE 1 END,
                        window_failures = CASE WHEN window_started_at > :window THEN window_failures + 1 ELSE 1 END,
                        window_started_at = CASE WHEN window_started_at > :window THEN window_started_at ELSE :now END,
                        last_failed_at = :now,
                        expires_at = max(:expires_at, coalesce(known_until, 0))
                    RETURNING failures, window_started_at, window_failures, last_failed_at, known_until
                    """,
                arguments: [
                    "account": Data(key.account), "source": Data(key.source), "now": now.milliseconds,
                    "expires_at": now.advanced(bySeconds: memory.failuresSeconds).milliseconds,
                    "forgotten": now.advanced(bySeconds: -memory.failuresSeconds).milliseconds,
                    "window": now.advanced(bySeconds: -memory.windowSeconds).milliseconds,
                ]
            )
            guard let row else { throw AuthError.unavailable("a failure was counted and not returned") }
            return try AttemptRecord(row: row)
        }
    }

    package func recordSuccess(_ key: AttemptKey, _ memory: AttemptMemory) async throws(AuthError) {
        try await write { [clock] database in
            let now = clock.now
            try SQLiteStore.forgetFailures(of: key.account, in: database)
            try database.execute(
                sql: """
                    INSERT INTO attempt (account, source, failures, window_started_at, window_failures, last_failed_at,
                        known_until, expires_at)
                    VALUES (:account, :source, 0, 0, 0, 0, :known_until, :known_until)
                    ON CONFLICT (account, source) DO UPDATE SET
                        known_until = excluded.known_until, expires_at = excluded.expires_at
                    """,
                arguments: [
                    "account": Data(key.account), "source": Data(key.source),
                    "known_until": now.advanced(bySeconds: memory.sourceSeconds).milliseconds,
                ]
            )
            try database.execute(
                sql: """
                    DELETE FROM attempt WHERE account = :account AND source IN (
                        SELECT source FROM attempt WHERE account = :account AND length(source) > 0
                        ORDER BY coalesce(known_until, 0) DESC, source LIMIT -1 OFFSET :limit)
                    """,
                arguments: ["account": Data(key.account), "limit": memory.sourcesPerAccount]
            )
        }
    }

    package func pruneAttempts(_ memory: AttemptMemory) async throws(AuthError) {
        try await write { [clock] database in
            try database.execute(
                sql: """
                    DELETE FROM attempt WHERE (account, source) IN (
                        SELECT account, source FROM attempt WHERE expires_at <= ? ORDER BY expires_at LIMIT 500)
                    """,
                arguments: [clock.now.milliseconds]
            )
            for (kind, order) in [
                ("length(source) = 0", "failures, last_failed_at"),
                ("length(source) > 0", "coalesce(known_until, 0)"),
            ] {
                let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM attempt WHERE \(kind)") ?? 0
                guard count > memory.keys else { continue }
                try database.execute(
                    sql: """
                        DELETE FROM attempt WHERE (account, source) IN (
                            SELECT account, source FROM attempt WHERE \(kind) ORDER BY \(order) LIMIT ?)
                        """,
                    arguments: [min(count - memory.keys, 1000)]
                )
            }
        }
    }

    package func unlock(
        _ account: AccountID,
        _ key: AttemptKey,
        audit: AuditDraft
    ) async throws(AuthError) -> Bool {
        try await change(
            account,
            audit: audit,
            assigning: "status = status",
            where: "EXISTS (SELECT 1 FROM attempt WHERE account = :attempts AND failures > 0)",
            ["attempts": Data(key.account)],
            requiresAccount: true
        ) { database in
            try SQLiteStore.forgetFailures(of: key.account, in: database)
        } != nil
    }

    private static func forgetFailures(of account: [UInt8], in database: Database) throws {
        let account = Data(account)
        try database.execute(
            sql: "DELETE FROM attempt WHERE account = ? AND known_until IS NULL",
            arguments: [account]
        )
        try database.execute(
            sql: """
                UPDATE attempt SET failures = 0, window_failures = 0, expires_at = known_until
                WHERE account = ? AND failures > 0
                """,
            arguments: [account]
        )
    }
}

extension AttemptRecord {
    fileprivate init(row: Row) throws {
        self.init(
            failures: try row.field("failures"),
            windowStartedAt: try row.time("window_started_at"),
            windowFailures: try row.field("window_failures"),
            lastFailedAt: try row.time("last_failed_at"),
            knownUntil: try row.field("known_until", as: Int64?.self).map { Timestamp(milliseconds: $0) }
        )
    }
}
