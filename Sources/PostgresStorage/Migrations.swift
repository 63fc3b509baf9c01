#if PostgreSQL
    /// The schema, as numbered steps: append, never edit one that was released. Both stores number alike.
    struct Migration: Sendable {
        /// `0001 accounts`.
        let name: String
        let sql: String
        /// The lowest schema number that a program must know to work with this one: a rolling upgrade migrates first, while
        /// nodes of the version before go on.
        let readableBy: Int

        init(_ name: String, readableBy: Int, _ sql: String) {
            self.name = name
            self.readableBy = readableBy
            self.sql = sql
        }

        var number: Int { Int(name.prefix(4)) ?? 0 }

        static let all = [
            Migration("0001 accounts", readableBy: 1, accounts),
            Migration("0002 audit", readableBy: 2, audit),
        ]

        /// What the migrations themselves need, and the cluster: made before the first of them.
        ///
        /// Each row of `migration` is one that was applied; row 0 is what two migrating processes lock. A node beats on one
        /// of 256 rows of `heartbeat`, so that nodes seldom wait for each other and none leaves anything behind.
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
    }
#endif
