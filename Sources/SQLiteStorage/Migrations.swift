import GRDB

/// The schema, as numbered steps: append, never edit one that was released. Both stores number alike.
enum Migrations {
    static let steps: [(name: String, sql: String)] = [
        ("0001 accounts", accounts), ("0002 audit", audit), ("0003 attempts", attempts), ("0004 overlap", overlap),
        ("0005 sessions", sessions),
    ]

    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for step in steps {
            migrator.registerMigration(step.name) { database in try database.execute(sql: step.sql) }
        }
        return migrator
    }

    /// What verification reads comes first, so that a long purpose or list of scopes never costs it an overflow page.
    private static let accounts = """
        CREATE TABLE account (
            id INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND 999999999999999999),
            created_at INTEGER NOT NULL CHECK (created_at BETWEEN 0 AND 9999999999999),
            status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
            token_digest BLOB CHECK (length(token_digest) = 32),
            token_key_id INTEGER,
            token_issued_at INTEGER,
            token_expires_at INTEGER,
            kind TEXT NOT NULL CHECK (kind IN ('user', 'service')),
            role TEXT NOT NULL CHECK (role IN ('member', 'introspector', 'admin')),
            email TEXT NOT NULL,
            scopes TEXT NOT NULL,
            token_generation INTEGER NOT NULL DEFAULT 0,
            token_issued_by TEXT,
            email_key TEXT NOT NULL UNIQUE,
            password_hash BLOB,
            password_version INTEGER NOT NULL DEFAULT 1,
            audit_count INTEGER NOT NULL CHECK (audit_count > 0),
            audit_mac BLOB NOT NULL CHECK (length(audit_mac) = 32),
            owner INTEGER REFERENCES account (id),
            purpose TEXT,
            CHECK (email_key = lower(email)),
            CHECK ((kind = 'service') = (owner IS NOT NULL)),
            CHECK ((owner IS NULL) = (purpose IS NULL)),
            CHECK (kind = 'service' OR scopes = ''),
            CHECK (status = 'active' OR token_digest IS NULL),
            CHECK ((token_digest IS NULL) = (token_key_id IS NULL)),
            CHECK ((token_digest IS NULL) = (token_issued_at IS NULL)),
            CHECK ((token_digest IS NULL) = (token_expires_at IS NULL)),
            CHECK ((token_digest IS NULL) = (token_issued_by IS NULL))
        ) STRICT
        """

    private static let audit = """
        CREATE TABLE audit (
            account_id INTEGER NOT NULL REFERENCES account (id),
            n INTEGER NOT NULL CHECK (n > 0),
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            kind TEXT NOT NULL,
            address TEXT NOT NULL,
            agent TEXT NOT NULL,
            detail TEXT NOT NULL,
            mac BLOB NOT NULL CHECK (length(mac) = 32),
            PRIMARY KEY (account_id, n)
        ) STRICT, WITHOUT ROWID
        """

    /// `source` is empty in the row that counts for all sources not known. A row is of no more use at `expires_at`.
    private static let attempts = """
        CREATE TABLE attempt (
            account BLOB NOT NULL CHECK (length(account) = 16),
            source BLOB NOT NULL CHECK (length(source) IN (0, 16)),
            failures INTEGER NOT NULL CHECK (failures >= 0),
            window_started_at INTEGER NOT NULL,
            window_failures INTEGER NOT NULL CHECK (window_failures >= 0),
            last_failed_at INTEGER NOT NULL,
            known_until INTEGER,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (account, source),
            CHECK (known_until IS NULL OR length(source) > 0)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX attempt_expires_at ON attempt (expires_at)
        """

    /// `last_use` is of previous tokens alone, the one that `issued_at` tells. The index serves lists and gauges of expiry.
    private static let overlap = """
        ALTER TABLE account ADD COLUMN overlap_seconds INTEGER CHECK (overlap_seconds BETWEEN 1 AND 86400);
        ALTER TABLE account ADD COLUMN overlap_digest BLOB
            CHECK (overlap_digest IS NULL OR (length(overlap_digest) = 32 AND token_digest IS NOT NULL));
        ALTER TABLE account ADD COLUMN overlap_key_id INTEGER
            CHECK ((overlap_digest IS NULL) = (overlap_key_id IS NULL));
        ALTER TABLE account ADD COLUMN overlap_issued_at INTEGER
            CHECK ((overlap_digest IS NULL) = (overlap_issued_at IS NULL));
        ALTER TABLE account ADD COLUMN overlap_until INTEGER
            CHECK ((overlap_digest IS NULL) = (overlap_until IS NULL));
        CREATE INDEX account_token_expires_at ON account (token_expires_at) WHERE token_expires_at IS NOT NULL;
        CREATE TABLE last_use (
            account_id INTEGER PRIMARY KEY REFERENCES account (id),
            issued_at INTEGER NOT NULL,
            at INTEGER NOT NULL,
            address TEXT NOT NULL,
            agent TEXT NOT NULL
        ) STRICT
        """

    /// A session is of the password it was begun with. `token_use` is of live tokens, the one that `issued_at` tells. The index
    /// on owners serves lists of service accounts, the one on times what is read of an account's events, the latest first.
    private static let sessions = """
        CREATE TABLE session (
            digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
            account_id INTEGER NOT NULL REFERENCES account (id),
            password_version INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            address TEXT NOT NULL,
            agent TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_account_id ON session (account_id);
        CREATE INDEX session_expires_at ON session (expires_at);
        CREATE TABLE invitation (
            account_id INTEGER PRIMARY KEY REFERENCES account (id),
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE token_use (
            account_id INTEGER PRIMARY KEY REFERENCES account (id),
            issued_at INTEGER NOT NULL,
            at INTEGER NOT NULL,
            address TEXT NOT NULL,
            agent TEXT NOT NULL
        ) STRICT;
        CREATE INDEX account_owner ON account (owner, email_key) WHERE owner IS NOT NULL;
        CREATE INDEX audit_at ON audit (account_id, at, n, kind)
        """
}
