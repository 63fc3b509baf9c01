#if PostgreSQL
    /// The schema, as numbered steps: append, never edit one that was released. Both stores number alike.
    struct Migration: Sendable {
        /// `0001 accounts`.
        let name: String
        let sql: String
        /// The lowest schema number that a program must know to work with this one: a rolling upgrade migrates first, while
        /// nodes of the version before go on.
        let readableBy: Int
        /// Indexes of tables that older steps made: where these have rows, no write waits until all are read.
        let indexes: [Index]

        struct Index: Sendable {
            let name: String
            /// The table, and what of it.
            let subject: String

            func sql(_ concurrently: String = "") -> String {
                "CREATE INDEX \(concurrently) IF NOT EXISTS \(name) ON \(subject)"
            }
        }

        init(_ name: String, readableBy: Int, _ sql: String, indexes: [Index] = []) {
            self.name = name
            self.readableBy = readableBy
            self.sql = sql
            self.indexes = indexes
        }

        var number: Int { Int(name.prefix(4)) ?? 0 }

        static let all = [
            Migration("0001 accounts", readableBy: 1, accounts),
            Migration("0002 audit", readableBy: 2, audit),
            Migration("0003 attempts", readableBy: 2, attempts),
            Migration("0004 overlap", readableBy: 4, overlap),
            // A program of step 4 ends neither sessions nor invitations when a password changes or an account is disabled.
            Migration(
                "0005 sessions",
                readableBy: 5,
                sessions,
                indexes: [
                    Index(name: "account_owner", subject: "account (owner, email_key) WHERE owner IS NOT NULL"),
                    Index(name: "audit_at", subject: "audit (account_id, at, n, kind)"),
                ]
            ),
        ]

        /// What the migrations themselves need, and the cluster: made before the first of them.
        ///
        /// Each row of `migration` is one that was applied; row 0 is what two migrating processes lock. A node beats on one
        /// of 256 rows of `heartbeat`, so that nodes seldom wait for each other and none leaves anything behind; rows below zero
        /// tell when a timeline began.
        static let beginnings = """
            CREATE TABLE IF NOT EXISTS migration (
                number BIGINT PRIMARY KEY,
                name TEXT NOT NULL,
                readable_by BIGINT NOT NULL,
                applied_at BIGINT NOT NULL
            );
            INSERT INTO migration (number, name, readable_by, applied_at) VALUES (0, 'lock', 0, 0)
                ON CONFLICT (number) DO NOTHING;
            CREATE TABLE IF NOT EXISTS heartbeat (slot BIGINT PRIMARY KEY, beats BIGINT NOT NULL);
            INSERT INTO heartbeat (slot, beats) SELECT n, 0 FROM generate_series(0, 255) AS n
                ON CONFLICT (slot) DO NOTHING
            """

        /// As SQLite's, but that text is compared by bytes, and that a row has room on its page for its next version: an
        /// update that changes no index then touches none.
        private static let accounts = """
            CREATE TABLE account (
                id BIGINT CONSTRAINT account_id_key PRIMARY KEY CHECK (id BETWEEN 0 AND 999999999999999999),
                created_at BIGINT NOT NULL CHECK (created_at BETWEEN 0 AND 9999999999999),
                status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
                token_digest BYTEA CHECK (length(token_digest) = 32),
                token_key_id BIGINT,
                token_issued_at BIGINT,
                token_expires_at BIGINT,
                kind TEXT NOT NULL CHECK (kind IN ('user', 'service')),
                role TEXT NOT NULL CHECK (role IN ('member', 'introspector', 'admin')),
                email TEXT NOT NULL,
                scopes TEXT NOT NULL,
                token_generation BIGINT NOT NULL DEFAULT 0,
                token_issued_by TEXT,
                email_key TEXT COLLATE "C" NOT NULL CONSTRAINT account_email_key_key UNIQUE,
                password_hash BYTEA,
                password_version BIGINT NOT NULL DEFAULT 1,
                audit_count BIGINT NOT NULL CHECK (audit_count > 0),
                audit_mac BYTEA NOT NULL CHECK (length(audit_mac) = 32),
                owner BIGINT REFERENCES account (id),
                purpose TEXT,
                CHECK (email_key = lower(email COLLATE "C")),
                CHECK ((kind = 'service') = (owner IS NOT NULL)),
                CHECK ((owner IS NULL) = (purpose IS NULL)),
                CHECK (kind = 'service' OR scopes = ''),
                CHECK (status = 'active' OR token_digest IS NULL),
                CHECK ((token_digest IS NULL) = (token_key_id IS NULL)),
                CHECK ((token_digest IS NULL) = (token_issued_at IS NULL)),
                CHECK ((token_digest IS NULL) = (token_expires_at IS NULL)),
                CHECK ((token_digest IS NULL) = (token_issued_by IS NULL))
            ) WITH (fillfactor = 80)
            """

        private static let audit = """
            CREATE TABLE audit (
                account_id BIGINT NOT NULL REFERENCES account (id),
                n BIGINT NOT NULL CHECK (n > 0),
                at BIGINT NOT NULL,
                actor TEXT NOT NULL,
                kind TEXT NOT NULL,
                address TEXT NOT NULL,
                agent TEXT NOT NULL,
                detail TEXT NOT NULL,
                mac BYTEA NOT NULL CHECK (length(mac) = 32),
                PRIMARY KEY (account_id, n)
            )
            """

        /// As SQLite's. Rows are short and change often, and the index on `expires_at` changes with them.
        private static let attempts = """
            CREATE TABLE attempt (
                account BYTEA NOT NULL CHECK (length(account) = 16),
                source BYTEA NOT NULL CHECK (length(source) IN (0, 16)),
                failures BIGINT NOT NULL CHECK (failures >= 0),
                window_started_at BIGINT NOT NULL,
                window_failures BIGINT NOT NULL CHECK (window_failures >= 0),
                last_failed_at BIGINT NOT NULL,
                known_until BIGINT,
                expires_at BIGINT NOT NULL,
                PRIMARY KEY (account, source),
                CHECK (known_until IS NULL OR length(source) > 0)
            ) WITH (fillfactor = 80);
            CREATE INDEX attempt_expires_at ON attempt (expires_at)
            """

        /// A program that does not know of overlaps would let a revoked token's predecessor pass on: it may not go on.
        private static let overlap = """
            ALTER TABLE account
                ADD COLUMN overlap_seconds BIGINT CHECK (overlap_seconds BETWEEN 1 AND 86400),
                ADD COLUMN overlap_digest BYTEA,
                ADD COLUMN overlap_key_id BIGINT,
                ADD COLUMN overlap_issued_at BIGINT,
                ADD COLUMN overlap_until BIGINT,
                ADD CHECK (overlap_digest IS NULL OR (length(overlap_digest) = 32 AND token_digest IS NOT NULL)),
                ADD CHECK ((overlap_digest IS NULL) = (overlap_key_id IS NULL)),
                ADD CHECK ((overlap_digest IS NULL) = (overlap_issued_at IS NULL)),
                ADD CHECK ((overlap_digest IS NULL) = (overlap_until IS NULL));
            CREATE INDEX account_token_expires_at ON account (token_expires_at, id) WHERE token_expires_at IS NOT NULL;
            CREATE TABLE last_use (
                account_id BIGINT PRIMARY KEY REFERENCES account (id),
                issued_at BIGINT NOT NULL,
                at BIGINT NOT NULL,
                address TEXT NOT NULL,
                agent TEXT NOT NULL
            )
            """

        /// As SQLite's.
        private static let sessions = """
            CREATE TABLE session (
                digest BYTEA PRIMARY KEY CHECK (length(digest) = 32),
                account_id BIGINT NOT NULL REFERENCES account (id),
                password_version BIGINT NOT NULL,
                started_at BIGINT NOT NULL,
                seen_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                address TEXT NOT NULL,
                agent TEXT NOT NULL
            ) WITH (fillfactor = 80);
            CREATE INDEX session_account_id ON session (account_id);
            CREATE INDEX session_expires_at ON session (expires_at);
            CREATE TABLE invitation (
                account_id BIGINT PRIMARY KEY REFERENCES account (id),
                digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
                expires_at BIGINT NOT NULL
            );
            CREATE TABLE token_use (
                account_id BIGINT PRIMARY KEY REFERENCES account (id),
                issued_at BIGINT NOT NULL,
                at BIGINT NOT NULL,
                address TEXT NOT NULL,
                agent TEXT NOT NULL
            ) WITH (fillfactor = 80)
            """
    }
#endif
