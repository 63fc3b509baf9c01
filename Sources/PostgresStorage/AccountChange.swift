#if PostgreSQL
    import Auth

    /// One conditional change of one account with its audit event: a single statement, so nothing is locked while it travels.
    ///
    /// The event's code covers the one before it and is computed here, so the chain's head is read first, and the statement
    /// holds only if the head is still the same. When it is not, somebody else's change came between: the head is read anew.
    struct AccountChange: Sendable {
        let account: AccountID
        let audit: AuditDraft
        /// Of `UPDATE account SET …`. `$1` to `$6` are the account's number and creation time, the head, the new event's
        /// number, code and time; `parameters` follow from `$12`.
        let assignments: String
        let condition: String
        /// Further parts of the `WITH`, each after a comma, which may look at `changed`: empty when nothing was.
        var alongside = ""
        var parameters: @Sendable (Timestamp) -> [Parameter] = { _ in [] }

        struct Outcome {
            let generation: Int64
            let passwordVersion: Int64
        }

        enum Failure: Error {
            case noSuchAccount
        }

        /// Nil when the condition did not hold; throws `Failure.noSuchAccount`.
        func run(
            _ chain: AuditChain,
            on connection: Connection,
            by deadline: ContinuousClock.Instant
        ) throws -> Outcome? {
            var refusedAt: Int64?
            while true {
                let head = try connection.run(
                    "SELECT audit_count, audit_mac, \(Clock.now) AS now FROM account WHERE id = $1 AND created_at = $2",
                    [.integer(account.number), .integer(account.createdAt.milliseconds)],
                    by: deadline
                )
                guard let head = head.first else { throw Failure.noSuchAccount }
                let count = try head.integer("audit_count")
                // Every change counts: at the same count the condition was judged on the row as it is.
                if refusedAt == count { return nil }
                let event = chain.event(
                    count + 1,
                    after: try head.bytes("audit_mac"),
                    account: account.number,
                    at: Timestamp(milliseconds: try head.integer("now")),
                    audit
                )
                let changed = try connection.run(
                    """
                    WITH changed AS (
                        UPDATE account SET audit_count = $4, audit_mac = $5, \(assignments)
                        WHERE id = $1 AND created_at = $2 AND audit_count = $3 AND (\(condition))
                        RETURNING id, token_generation, password_version
                    )\(alongside)
                    INSERT INTO audit (account_id, n, at, actor, kind, address, agent, detail, mac)
                    SELECT id, $4, $6, $7, $8, $9, $10, $11, $5 FROM changed
                    RETURNING (SELECT token_generation FROM changed) AS token_generation,
                        (SELECT password_version FROM changed) AS password_version
                    """,
                    [
                        .integer(account.number), .integer(account.createdAt.milliseconds), .integer(count),
                        .integer(event.n), .bytes(event.mac),
                    ] + event.details + parameters(event.at),
                    isChange: true,
                    by: deadline
                )
                if let row = changed.first {
                    return Outcome(
                        generation: try row.integer("token_generation"),
                        passwordVersion: try row.integer("password_version")
                    )
                }
                refusedAt = count
            }
        }
    }

    extension AuditChain {
        func event(
            _ n: Int64,
            after previous: [UInt8],
            account: Int64,
            at time: Timestamp,
            _ draft: AuditDraft
        ) -> AuditEvent {
            AuditEvent(
                n: n,
                at: time,
                draft: draft,
                mac: mac(after: previous, account: account, n: n, at: time, draft: draft)
            )
        }
    }

    extension AuditEvent {
        /// `at, actor, kind, address, agent, detail`.
        var details: [Parameter] {
            [
                .integer(at.milliseconds), .text(draft.source.actor), .text(draft.kind.rawValue),
                .text(draft.source.address), .text(draft.source.agent), .text(draft.detail),
            ]
        }
    }
#endif
