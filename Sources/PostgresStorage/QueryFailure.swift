#if PostgreSQL
    import Auth

    /// How a statement failed, by what is known of its outcome.
    enum QueryFailure: Error {
        /// The server said no: nothing changed, and the connection goes on.
        case refused(state: String, constraint: String, message: String)
        /// The server warned: a COMMIT may not have reached the standbys.
        case warned(String)
        /// The connection broke: what was under way may have happened or not.
        case lost(String)
        /// The deadline passed with the answer outstanding: the same, and the connection is of no use any more.
        case late
        /// The answer came from another primary than the one that confirms commits.
        case elsewhere
        /// A standby has become the primary a moment ago; nothing was sent.
        case early

        /// Whether the connection must be given up.
        var endsConnection: Bool {
            switch self {
            case .refused, .warned, .early: false
            case .lost, .late, .elsewhere: true
            }
        }

        /// The server gave up one of two transactions in each other's way, without a trace: it may be run again.
        var isConflict: Bool {
            guard case .refused(let state, _, _) = self else { return false }
            return state == "40001" || state == "40P01"
        }

        /// For the log; names no statement and no argument, which may hold e-mail addresses.
        var reason: String {
            switch self {
            case .refused(let state, _, let message): "PostgreSQL error \(state): \(message)"
            case .warned(let message): "PostgreSQL warned, so the change may be undone by a failover: \(message)"
            case .lost(let message): "the connection to PostgreSQL broke: \(message)"
            case .late: "PostgreSQL did not answer in time"
            case .elsewhere: QuorumHeartbeat.elsewhere
            case .early: "another primary of PostgreSQL has just taken over; changes begin again in 5 s"
            }
        }

        var asAuthError: AuthError { .unavailable(reason) }
    }
#endif
