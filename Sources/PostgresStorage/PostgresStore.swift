#if PostgreSQL
    import Auth

    /// Accounts, tokens and audit in PostgreSQL, shared by any number of nodes.
    ///
    /// Every change is one statement on one account's row, committed with `synchronous_commit = remote_apply`, and every
    /// instant that is stored or judged is the database's own.
    package final class PostgresStore: Sendable {
        let url: PostgresURL
        let libpq: Libpq
        let auditChain: AuditChain
        let pool: ConnectionPool
        let quorum: QuorumHeartbeat
        let lookups: LookupReader

        /// Connections for transactions; with the ones for lookups and the heartbeat a node has six.
        static let poolSize = 4

        /// Connects once, to see that the database is there and its schema fits. Changes nothing. A transaction is waited for at
        /// most `patience`, a lookup `lookupPatience`.
        package init(
            _ url: String,
            auditChain: AuditChain,
            patience: Duration = .seconds(5),
            lookupPatience: Duration = .seconds(2)
        ) throws(PostgresStoreError) {
            let libpq = try Libpq()
            let url = try PostgresURL(url, libpq)
            self.libpq = libpq
            self.url = url
            self.auditChain = auditChain
            pool = ConnectionPool(size: PostgresStore.poolSize, patience: patience) { () throws(QueryFailure) in
                try Connection(to: url, for: .changes, libpq)
            }
            quorum = QuorumHeartbeat { () throws(QueryFailure) in try Connection(to: url, for: .heartbeat, libpq) }
            lookups = LookupReader(quorum: quorum, patience: lookupPatience) { () throws(QueryFailure) in
                try Connection(to: url, for: .lookups, libpq)
            }
            try requireSchema()
        }

        deinit {
            quorum.stop()
            lookups.stop()
        }

        private func requireSchema() throws(PostgresStoreError) {
            let found: SchemaState
            do {
                let connection = try Connection(to: url, for: .changes, libpq)
                found = try SchemaState(connection, by: .now + .seconds(5))
            } catch let failure as QueryFailure {
                throw .cannotConnect(failure.reason)
            } catch {
                throw .database("\(error)")
            }
            guard found.encoding == "UTF8" || found.encoding.isEmpty else { throw .otherEncoding(found.encoding) }
            guard found.pending.isEmpty else { throw .pendingMigrations(found.pending.map(\.name)) }
            guard found.isReadable else { throw .newerSchema }
        }

        /// Runs a change, unless it is known that no standby would confirm it or another primary may still be believed.
        func write<Value: Sendable>(
            _ change: @escaping @Sendable (Connection, ContinuousClock.Instant) throws -> Value
        ) async throws(AuthError) -> Value {
            // A COMMIT that nobody confirms would keep its connection to the database, and this node sends no more of them.
            if let refusal = quorum.refusal { throw .unavailable(refusal) }
            return try await pool.run { connection, deadline in
                try connection.requireSettled(by: deadline)
                return try change(connection, deadline)
            }
        }

        /// Runs a query, and tells what it read unless another primary may have taken over from the one it was read from. In a
        /// command, which has no heartbeat, that is not known.
        func read<Value: Sendable>(
            _ query: @escaping @Sendable (Connection, ContinuousClock.Instant) throws -> Value
        ) async throws(AuthError) -> Value {
            try await pool.run { [quorum] connection, deadline in
                guard quorum.isStarted else { return try query(connection, deadline) }
                let timeline = try connection.findTimeline(by: deadline)
                let value = try query(connection, deadline)
                // Ends this connection; the query is run once more on one to whichever takes writes by now.
                if quorum.isElsewhere(than: timeline) { throw QueryFailure.elsewhere }
                if let refusal = quorum.refusal(of: timeline) { throw AuthError.unavailable(refusal) }
                return value
            }
        }
    }
#endif
