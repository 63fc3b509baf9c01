#if PostgreSQL
    import CLibpq
    import Foundation

    /// One connection to the primary, used by one thread at a time; closed when it goes away.
    ///
    /// Nothing here ever cancels a statement. Cancelling a COMMIT that waits for a standby would make a change visible that a
    /// failover takes back; a connection that is late is closed instead, and the server goes on by itself.
    final class Connection {
        /// What a connection is for decides its session settings.
        enum Purpose {
            case changes, lookups, heartbeat, migration
        }

        /// A step of the schema is in the way of every write while it waits for its lock.
        static let migrationLockMilliseconds = 2000

        private let libpq: Libpq
        private let handle: OpaquePointer
        private let notices: Notices
        private var statements: [String: String] = [:]
        /// Goes up with each attempt: one that failed halfway may have left its name on the server.
        private var lastStatement = 0
        /// Whether a statement that changes data was sent since `beginWork`: if the connection breaks then, nobody knows.
        private(set) var hasSentChange = false
        /// What `Connection+Promotion.swift` has found out, kept: neither changes as long as the connection lasts.
        var timeline: Timeline?
        var changesFrom: ContinuousClock.Instant?

        /// Connects within `connect_timeout` a host, and makes the session ready within as much again.
        init(to url: PostgresURL, for purpose: Purpose, _ libpq: Libpq) throws(QueryFailure) {
            self.libpq = libpq
            notices = Notices(libpq)
            let texts = url.parameters.map { (strdup($0.keyword), strdup($0.value)) }
            defer {
                for (keyword, value) in texts {
                    free(keyword)
                    free(value)
                }
            }
            let keywords = texts.map { UnsafePointer($0.0) } + [nil]
            let values = texts.map { UnsafePointer($0.1) } + [nil]
            guard let handle = libpq.connect(keywords, values, 0) else { throw .lost("no memory for a connection") }
            self.handle = handle
            guard libpq.status(handle) == CONNECTION_OK else { throw .lost(errorText) }
            _ = libpq.setNonblocking(handle, 1)
            _ = libpq.setNoticeReceiver(handle, receiveNotice, Unmanaged.passUnretained(notices).toOpaque())
            try prepareSession(purpose, by: .now + url.connectTimeout)
        }

        deinit {
            libpq.finish(handle)
        }

        func beginWork() {
            hasSentChange = false
        }

        /// Whether nothing of this connection is on a network.
        var isLocalSocket: Bool {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let code = withUnsafeMutableBytes(of: &address) { bytes in
                getpeername(libpq.socket(handle), bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
            }
            return code == 0 && address.ss_family == sa_family_t(AF_UNIX)
        }

        /// `UTF8` unless somebody made the database with another encoding.
        var serverEncoding: String {
            libpq.parameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? ""
        }

        /// Runs one statement, prepared at its first use, in a transaction of its own or in the one begun.
        func run(
            _ sql: String,
            _ parameters: [Parameter] = [],
            isChange: Bool = false,
            by deadline: ContinuousClock.Instant
        ) throws(QueryFailure) -> Rows {
            let name = try prepared(sql, parameters, by: deadline)
            if isChange { hasSentChange = true }
            notices.warning = nil
            let sent = Parameter.withPointers(parameters) { values, lengths, formats in
                libpq.sendPrepared(handle, name, CInt(parameters.count), values, lengths, formats, 1)
            }
            guard sent == 1 else { throw .lost(errorText) }
            return try result(by: deadline)
        }

        /// Runs statements without parameters, several at once with semicolons between them; values come as text.
        @discardableResult
        func command(_ sql: String, by deadline: ContinuousClock.Instant) throws(QueryFailure) -> Rows {
            notices.warning = nil
            guard libpq.sendQuery(handle, sql) == 1 else { throw .lost(errorText) }
            return try result(by: deadline)
        }

        /// Runs a `COPY … FROM STDIN`: `send` is given a function that takes the data in pieces, and blocks when the server is
        /// slower.
        func copy(
            _ sql: String,
            by deadline: ContinuousClock.Instant,
            _ send: (_ piece: @escaping (UnsafeRawBufferPointer) throws -> Void) throws -> Void
        ) throws {
            notices.warning = nil
            guard libpq.sendQuery(handle, sql) == 1 else { throw QueryFailure.lost(errorText) }
            try awaitResult(by: deadline)
            guard let started = libpq.takeResult(handle) else { throw QueryFailure.lost(errorText) }
            guard libpq.resultStatus(started) == PGRES_COPY_IN else {
                let failure = Rows(started, libpq).failure
                _ = try result(by: deadline)
                throw failure ?? .lost("the server does not copy")
            }
            libpq.clear(started)
            _ = libpq.setNonblocking(handle, 0)
            defer { _ = libpq.setNonblocking(handle, 1) }
            do {
                try send { [self] piece in
                    let bytes = piece.baseAddress?.assumingMemoryBound(to: CChar.self)
                    guard libpq.putCopyData(handle, bytes, CInt(piece.count)) == 1 else {
                        throw QueryFailure.lost(errorText)
                    }
                }
            } catch let error where !(error is QueryFailure) {
                _ = libpq.putCopyEnd(handle, "given up")
                _ = try? result(by: deadline)
                throw error
            }
            guard libpq.putCopyEnd(handle, nil) == 1 else { throw QueryFailure.lost(errorText) }
            _ = try result(by: deadline)
        }

        private func prepareSession(
            _ purpose: Purpose,
            by deadline: ContinuousClock.Instant
        ) throws(QueryFailure) {
            // A database may be set to keep warnings from its clients; ours must hear them.
            var settings = ["client_min_messages = warning", "default_transaction_isolation = 'read committed'"]
            switch purpose {
            case .changes:
                settings += ["synchronous_commit = remote_apply", "statement_timeout = 5000", "lock_timeout = 4000"]
            case .lookups:
                // A plan made while the table was small would read all of it for ever.
                settings += [
                    "plan_cache_mode = force_generic_plan", "enable_seqscan = off", "statement_timeout = 2000",
                ]
            case .heartbeat:
                settings += ["synchronous_commit = remote_apply", "lock_timeout = 4000"]
            case .migration:
                // A role's own limit would end what waits longer on purpose, at every attempt.
                settings += [
                    "synchronous_commit = remote_apply", "lock_timeout = \(Connection.migrationLockMilliseconds)",
                    "statement_timeout = 0",
                ]
            }
            try set(settings, by: deadline)
        }

        func set(_ settings: [String], by deadline: ContinuousClock.Instant) throws(QueryFailure) {
            do throws(QueryFailure) {
                try command(settings.map { "SET \($0)" }.joined(separator: "; "), by: deadline)
            } catch .refused {
                // Engines that only speak the protocol lack some of these settings, and need none of them.
                for setting in settings {
                    do throws(QueryFailure) {
                        try command("SET \(setting)", by: deadline)
                    } catch .refused {
                        try requireOtherEngine(setting, by: deadline)
                    }
                }
            }
        }

        private func requireOtherEngine(_ setting: String, by deadline: ContinuousClock.Instant) throws(QueryFailure) {
            let version = try command("SELECT version()", by: deadline).text(0, 0) ?? ""
            guard !version.hasPrefix("PostgreSQL ") else {
                throw .refused(state: "", constraint: "", message: "the session setting \(setting) was refused")
            }
        }

        private func prepared(
            _ sql: String,
            _ parameters: [Parameter],
            by deadline: ContinuousClock.Instant
        ) throws(QueryFailure) -> String {
            if let name = statements[sql] { return name }
            lastStatement += 1
            let name = "s\(lastStatement)"
            let types = parameters.map(\.type)
            notices.warning = nil
            guard libpq.sendPrepare(handle, name, sql, CInt(types.count), types) == 1 else { throw .lost(errorText) }
            _ = try result(by: deadline)
            statements[sql] = name
            return name
        }

        /// The last result of what was sent; the first failure when there was one.
        private func result(by deadline: ContinuousClock.Instant) throws(QueryFailure) -> Rows {
            var last: Rows?
            var failure: QueryFailure?
            while true {
                try awaitResult(by: deadline)
                guard let next = libpq.takeResult(handle) else { break }
                let rows = Rows(next, libpq)
                failure = failure ?? rows.failure
                last = rows
            }
            guard libpq.status(handle) == CONNECTION_OK else { throw .lost(errorText) }
            if let failure { throw failure }
            if let warning = notices.warning { throw .warned(warning) }
            guard let last else { throw .lost("no answer") }
            return last
        }

        private func awaitResult(by deadline: ContinuousClock.Instant) throws(QueryFailure) {
            while true {
                let unsent = libpq.flush(handle)
                guard unsent >= 0 else { throw .lost(errorText) }
                if unsent == 0, libpq.isBusy(handle) == 0 { return }
                let left = deadline - .now
                guard left > .zero else { throw .late }
                let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
                var entry = pollfd(
                    fd: libpq.socket(handle),
                    events: Int16(unsent == 0 ? POLLIN : POLLIN | POLLOUT),
                    revents: 0
                )
                let ready = poll(&entry, 1, CInt(clamping: milliseconds + 1))
                guard ready >= 0 || errno == EINTR else { throw .lost(String(cString: strerror(errno))) }
                guard ready <= 0 || libpq.consumeInput(handle) == 1 else { throw .lost(errorText) }
            }
        }

        /// One line.
        private var errorText: String {
            let text = libpq.errorMessage(handle).map { String(cString: $0) } ?? ""
            return text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        }
    }

    /// What the server said beside its results.
    private final class Notices {
        private let libpq: Libpq
        var warning: String?

        init(_ libpq: Libpq) {
            self.libpq = libpq
        }

        func receive(_ result: OpaquePointer?) {
            func field(_ code: Unicode.Scalar) -> String? {
                libpq.resultErrorField(result, CInt(code.value)).map { String(cString: $0) }
            }
            // `V` is the severity in English, whatever lc_messages says; older engines have the translated one alone.
            guard (field("V") ?? field("S")) == "WARNING" else { return }
            warning = field("M") ?? "without a text"
        }
    }

    private func receiveNotice(context: UnsafeMutableRawPointer?, result: OpaquePointer?) {
        guard let context else { return }
        Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().receive(result)
    }
#endif
