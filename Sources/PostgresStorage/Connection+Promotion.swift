#if PostgreSQL
    /// Which primary this is: each promotion of a standby begins a new timeline.
    enum Timeline: Equatable {
        /// There are no synchronous standbys, so nobody is promoted while this server answers.
        case alone
        case numbered(Int64)
    }

    /// How nodes that use different primaries for a while are kept from contradicting each other.
    ///
    /// A primary that is left running while one of its standbys is promoted answers reads for as long as the last heartbeat on it
    /// vouches, which began before the promotion. So the new one takes its first change only when that time is over.
    extension Connection {
        /// The timeline of this primary.
        func findTimeline(by deadline: ContinuousClock.Instant) throws(QueryFailure) -> Timeline {
            if let timeline { return timeline }
            let found: Timeline
            if try hasSynchronousStandbys(by: deadline) {
                // A log file's name begins with eight hexadecimal digits of the timeline.
                let log = try run("SELECT pg_walfile_name(pg_current_wal_lsn())", by: deadline).text(0, 0) ?? ""
                guard let number = Int64(log.prefix(8), radix: 16) else { throw .lost("no timeline in \(log)") }
                found = .numbered(number)
            } else {
                found = .alone
            }
            timeline = found
            return found
        }

        /// Throws `.early` while another primary may still be believed.
        func requireSettled(by deadline: ContinuousClock.Instant) throws(QueryFailure) {
            let from: ContinuousClock.Instant
            if let changesFrom {
                from = changesFrom
            } else {
                from = try findSettlement(by: deadline)
                changesFrom = from
            }
            guard from <= .now else { throw .early }
        }

        func hasSynchronousStandbys(by deadline: ContinuousClock.Instant) throws(QueryFailure) -> Bool {
            let names = try run("SELECT coalesce(current_setting('synchronous_standby_names', true), '')", by: deadline)
            return names.text(0, 0) != ""
        }

        /// The first who comes after a promotion notes the time, in the row of `heartbeat` with the timeline's number below zero.
        /// It counts from there for all nodes and commands, those started since included.
        private func findSettlement(by deadline: ContinuousClock.Instant) throws(QueryFailure)
            -> ContinuousClock.Instant
        {
            // The first timeline began with no promotion.
            guard case .numbered(let number) = try findTimeline(by: deadline), number > 1 else {
                return ContinuousClock.now
            }
            let slot = Parameter.integer(-number)
            let age = "SELECT \(Clock.now) - beats FROM heartbeat WHERE slot = $1"
            var rows = try run(age, [slot], by: deadline)
            if rows.count == 0 {
                _ = try run(
                    "INSERT INTO heartbeat (slot, beats) VALUES ($1, \(Clock.now)) ON CONFLICT (slot) DO NOTHING",
                    [slot],
                    by: deadline
                )
                rows = try run(age, [slot], by: deadline)
            }
            guard let milliseconds = rows.integer(0, 0) else { throw .lost("no time of the promotion") }
            // A clock that was set back makes nobody wait longer.
            let left = QuorumHeartbeat.validity - .milliseconds(milliseconds)
            return ContinuousClock.now + max(.zero, min(QuorumHeartbeat.validity, left))
        }
    }
#endif
