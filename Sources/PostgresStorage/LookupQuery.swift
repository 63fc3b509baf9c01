#if PostgreSQL
    import Auth

    /// The one query of the hot path, and the reading of its rows.
    struct LookupQuery {
        /// Where the row of an account is in the result; kept for its room.
        private var places: [Int64: Int] = [:]

        /// The time is evaluated once, after the snapshot was taken: a token that is expired by it was so when it was read.
        private static let sql = """
            SELECT id, created_at, token_digest, token_key_id, token_issued_at, token_expires_at, kind, role, email, scopes,
                (SELECT \(Clock.now)), overlap_digest, overlap_key_id, overlap_issued_at, overlap_until
            FROM account WHERE id = ANY($1) AND status = 'active' AND token_digest IS NOT NULL
            """

        /// Answers all batches from one snapshot, which opens after this is called.
        mutating func run(
            _ batches: [LookupBatch],
            on connection: Connection,
            by deadline: ContinuousClock.Instant
        ) throws(QueryFailure) {
            var numbers: [Int64] = []
            numbers.reserveCapacity(batches.reduce(0) { $0 + $1.accounts.count })
            for batch in batches { numbers.append(contentsOf: batch.accounts.lazy.map(\.number)) }
            let rows = try connection.run(LookupQuery.sql, [.integers(numbers)], by: deadline)
            places.removeAll(keepingCapacity: true)
            for row in 0..<rows.count {
                // A row without a number answers nobody.
                if let number = rows.integer(row, 0) { places[number] = row }
            }
            for batch in batches {
                batch.answers = batch.accounts.map { account in
                    guard let row = places[account.number] else { return .absent }
                    return LookupQuery.lookup(account, rows, row)
                }
            }
        }

        private static func lookup(_ account: AccountID, _ rows: Rows, _ row: Int) -> TokenLookup {
            // The text form names the creation time too: another time is another account, which does not exist.
            guard rows.integer(row, 1) == account.createdAt.milliseconds else { return .absent }
            guard let digest = rows.bytes(row, 2).flatMap({ TokenDigest($0) }), let keyID = rows.integer(row, 3),
                let issuedAt = rows.integer(row, 4), let expiresAt = rows.integer(row, 5),
                let type = rows.text(row, 6).flatMap(AccountType.init(rawValue:)),
                let role = rows.text(row, 7).flatMap(Account.Role.init(rawValue:)),
                let email = visibleText(rows.bytes(row, 8)), let scopes = visibleText(rows.bytes(row, 9)),
                let now = rows.integer(row, 10), let previous = previousToken(rows, row)
            else { return .unavailable("the database holds a damaged row \(account.number)") }
            let token = LiveToken(
                account: account,
                email: email,
                type: type,
                role: role,
                scopes: scopes,
                digest: digest,
                keyID: keyID,
                issuedAt: Timestamp(milliseconds: issuedAt),
                expiresAt: Timestamp(milliseconds: expiresAt),
                previous: previous
            )
            return .found(token, now: Timestamp(milliseconds: now))
        }

        /// The token before; nil when the row is damaged.
        private static func previousToken(_ rows: Rows, _ row: Int) -> PreviousToken? {
            guard let bytes = rows.bytes(row, 11) else { return PreviousToken.none }
            guard let digest = TokenDigest(bytes), let keyID = rows.integer(row, 12),
                let issuedAt = rows.integer(row, 13), let until = rows.integer(row, 14)
            else { return nil }
            return .passing(
                digest: digest,
                keyID: keyID,
                issuedAt: Timestamp(milliseconds: issuedAt),
                until: Timestamp(milliseconds: until)
            )
        }

        /// Nil if any byte is not ASCII from space to tilde: the text goes into answers and headers as it is.
        private static func visibleText(_ bytes: UnsafeRawBufferPointer?) -> String? {
            guard let bytes, bytes.allSatisfy({ 0x20...0x7E ~= $0 }) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
#endif
