#if PostgreSQL
    import Auth

    /// Failed sign-ins: the part of the seam that throttling counts by.
    extension PostgresStore {
        package func attempts(_ keys: [AttemptKey]) async throws(AuthError) -> AttemptSnapshot {
            try await read { connection, deadline in
                var records: [AttemptKey: AttemptRecord] = [:]
                var now = Timestamp(milliseconds: 0)
                // Two keys a statement: those of a sign-in are one snapshot.
                for place in stride(from: 0, to: max(keys.count, 1), by: 2) {
                    let pair = Array(keys.dropFirst(place).prefix(2))
                    let (first, second) = (pair.first, pair.last)
                    let rows = try connection.run(
                        """
                        SELECT t.now, a.account, a.source, a.failures, a.window_started_at, a.window_failures,
                            a.last_failed_at, a.known_until
                        FROM (SELECT \(Clock.now) AS now) AS t LEFT JOIN attempt AS a
                            ON (a.account = $1 AND a.source = $2) OR (a.account = $3 AND a.source = $4)
                        """,
                        [
                            .bytes(first?.account), .bytes(first?.source), .bytes(second?.account),
                            .bytes(second?.source),
                        ],
                        by: deadline
                    )
                    for (time, found) in try rows.map({ (try $0.time("now"), try AttemptRecord.found(in: $0)) }) {
                        now = time
                        if let (key, record) = found { records[key] = record }
                    }
                }
                return AttemptSnapshot(now: now, records: records)
            }
        }

        package func recordFailure(
            _ key: AttemptKey,
            _ memory: AttemptMemory
        ) async throws(AuthError) -> AttemptRecord {
            try await write { connection, deadline in
                let rows = try connection.run(
                    """
                    INSERT INTO attempt AS a (account, source, failures, window_started_at, window_failures,
                        last_failed_at, expires_at)
                    SELECT $1, $2, 1, t.now, 1, t.now, t.now + $3 * 1000 FROM (SELECT \(Clock.now) AS now) AS t
                    ON CONFLICT (account, source) DO UPDATE SET
                        failures = CASE WHEN a.last_failed_at > excluded.last_failed_at - $3 * 1000
                            THEN a.failures + 1 ELSE 1 END,
                        window_failures = CASE WHEN a.window_started_at > excluded.last_failed_at - $4 * 1000
                            THEN a.window_failures + 1 ELSE 1 END,
                        window_started_at = CASE WHEN a.window_started_at > excluded.last_failed_at - $4 * 1000
                            THEN a.window_started_at ELSE excluded.last_failed_at END,
                        last_failed_at = excluded.last_failed_at,
                        expires_at = greatest(excluded.expires_at, a.known_until)
                    RETURNING account, source, failures, window_started_at, window_failures, last_failed_at, known_until
                    """,
                    [
                        .bytes(key.account), .bytes(key.source), .integer(memory.failuresSeconds),
                        .integer(memory.windowSeconds),
                    ],
                    isChange: true,
                    by: deadline
                )
                guard let row = rows.first, let (_, record) = try AttemptRecord.found(in: row) else {
                    throw AuthError.unavailable("a failure was counted and not returned")
                }
                return record
            }
        }

        package func recordSuccess(_ key: AttemptKey, _ memory: AttemptMemory) async throws(AuthError) {
            try await write { connection, deadline in
                // Each row in one part alone: what two parts of a statement do to one row is not defined.
                _ = try connection.run(
                    """
                    WITH superfluous AS (
                        SELECT source FROM attempt
                        WHERE account = $1 AND source <> $2 AND (known_until IS NOT NULL)
                        ORDER BY known_until DESC, source OFFSET $4
                    ), forgotten AS (
                        DELETE FROM attempt WHERE account = $1 AND source <> $2
                            AND (known_until IS NULL OR source IN (SELECT source FROM superfluous))
                    ), cleared AS (
                        UPDATE attempt SET failures = 0, window_failures = 0, expires_at = known_until
                        WHERE account = $1 AND source <> $2 AND failures > 0
                            AND known_until IS NOT NULL AND source NOT IN (SELECT source FROM superfluous)
                    )
                    INSERT INTO attempt AS a (account, source, failures, window_started_at, window_failures,
                        last_failed_at, known_until, expires_at)
                    SELECT $1, $2, 0, 0, 0, 0, t.now + $3 * 1000, t.now + $3 * 1000
                        FROM (SELECT \(Clock.now) AS now) AS t
                    ON CONFLICT (account, source) DO UPDATE SET failures = 0, window_failures = 0,
                        known_until = excluded.known_until, expires_at = excluded.expires_at
                    """,
                    [
                        .bytes(key.account), .bytes(key.source), .integer(memory.sourceSeconds),
                        .integer(Int64(max(memory.sourcesPerAccount - 1, 0))),
                    ],
                    isChange: true,
                    by: deadline
                )
            }
        }

        package func pruneAttempts(_ memory: AttemptMemory) async throws(AuthError) {
            try await write { connection, deadline in
                _ = try connection.run(
                    """
                    DELETE FROM attempt WHERE (account, source) IN (
                        SELECT account, source FROM attempt WHERE expires_at <= \(Clock.now) ORDER BY expires_at LIMIT 500)
                    """,
                    isChange: true,
                    by: deadline
                )
                for (kind, order) in [
                    ("length(source) = 0", "failures, last_failed_at"),
                    ("length(source) > 0", "coalesce(known_until, 0)"),
                ] {
                    let counts = try connection.run("SELECT count(*) AS n FROM attempt WHERE \(kind)", by: deadline)
                    let surplus = (try counts.first?.integer("n") ?? 0) - Int64(memory.keys)
                    guard surplus > 0 else { continue }
                    _ = try connection.run(
                        """
                        DELETE FROM attempt WHERE (account, source) IN (
                            SELECT account, source FROM attempt WHERE \(kind) ORDER BY \(order) LIMIT $1)
                        """,
                        [.integer(min(surplus, 1000))],
                        isChange: true,
                        by: deadline
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
                AccountChange(
                    account: account,
                    audit: audit,
                    assignments: "status = status",
                    condition: "EXISTS (SELECT 1 FROM attempt WHERE account = $12 AND failures > 0)",
                    alongside: """
                        , forgotten AS (
                            DELETE FROM attempt
                            WHERE account = $12 AND known_until IS NULL AND EXISTS (SELECT 1 FROM changed)
                        ), cleared AS (
                            UPDATE attempt SET failures = 0, window_failures = 0, expires_at = known_until
                            WHERE account = $12 AND failures > 0 AND known_until IS NOT NULL
                                AND EXISTS (SELECT 1 FROM changed)
                        )
                        """,
                    parameters: { _ in [.bytes(key.account)] }
                ),
                requiresAccount: true
            ) != nil
        }
    }

    extension AttemptRecord {
        /// Nil in a row of nulls.
        fileprivate static func found(in row: Row) throws -> (AttemptKey, AttemptRecord)? {
            guard let account = row.optionalBytes("account") else { return nil }
            let record = AttemptRecord(
                failures: try row.integer("failures"),
                windowStartedAt: try row.time("window_started_at"),
                windowFailures: try row.integer("window_failures"),
                lastFailedAt: try row.time("last_failed_at"),
                knownUntil: row.optionalInteger("known_until").map { Timestamp(milliseconds: $0) }
            )
            return (AttemptKey(account: account, source: try row.bytes("source")), record)
        }
    }
#endif
