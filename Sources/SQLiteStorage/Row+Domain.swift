import Auth
import Foundation
import GRDB

/// Reading rows back as domain values. A value that the schema or the domain would have refused, put there by hand,
/// makes the answer `.unavailable`; GRDB's own subscripts would trap on it.
extension Row {
    func field<Value: DatabaseValueConvertible>(_ column: String, as _: Value.Type = Value.self) throws -> Value {
        let stored: DatabaseValue? = self[column]
        guard let stored, let value = Value.fromDatabaseValue(stored) else { throw damaged(column) }
        return value
    }

    func choice<Value: RawRepresentable>(_ column: String) throws -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: try field(column)) else { throw damaged(column) }
        return value
    }

    func time(_ column: String) throws -> Timestamp {
        Timestamp(milliseconds: try field(column))
    }

    func email(_ column: String) throws -> EmailAddress {
        guard let email = try? EmailAddress(field(column)) else { throw damaged(column) }
        return email
    }

    func accountID() throws -> AccountID {
        guard let id = AccountID(createdAt: try time("created_at"), number: try field("id")) else {
            throw damaged("id")
        }
        return id
    }

    func damaged(_ column: String) -> AuthError {
        let number: DatabaseValue? = self["id"]
        return .unavailable("the database holds a damaged \(column) in the row \(number ?? .null)")
    }
}

extension Account {
    /// Columns for `init(row:)`, the owner's by a join.
    static let columns = """
        a.id, a.created_at, a.email_key, a.email, a.kind, a.purpose, a.role, a.scopes, a.status,
            a.password_hash IS NOT NULL AS has_password, a.password_version, a.token_digest IS NOT NULL AS has_token,
            a.token_generation, a.token_issued_at, a.token_expires_at, a.token_issued_by, a.overlap_seconds,
            a.overlap_digest IS NOT NULL AS has_previous, a.overlap_issued_at, a.overlap_until,
            p.at AS previous_used_at, p.address AS previous_used_address, p.agent AS previous_used_agent,
            u.at AS used_at, u.address AS used_address, u.agent AS used_agent,
            o.id AS owner, o.email AS owner_email, o.status AS owner_status
        """

    static let tables = """
        account AS a LEFT JOIN account AS o ON o.id = a.owner
            LEFT JOIN last_use AS p ON p.account_id = a.id AND p.issued_at = a.overlap_issued_at
            LEFT JOIN token_use AS u ON u.account_id = a.id AND u.issued_at = a.token_issued_at
        """

    static let query = "SELECT \(columns) FROM \(tables)"

    init(row: Row) throws {
        let email = try row.email("email")
        // Paging goes by the stored key: one that differs could lead a listing round in circles.
        guard email.key == (try row.field("email_key", as: String.self)) else { throw row.damaged("email_key") }
        guard let scopes = try? Scope.list(row.field("scopes")) else { throw row.damaged("scopes") }
        let kind: Kind =
            switch try row.choice("kind") as AccountType {
            case .user: .user
            case .service: .service(owner: try Owner(row: row), purpose: try row.field("purpose"))
            }
        self.init(
            id: try row.accountID(),
            email: email,
            kind: kind,
            role: try row.choice("role"),
            scopes: scopes,
            status: try row.choice("status"),
            hasPassword: try row.field("has_password"),
            passwordVersion: try row.field("password_version"),
            generation: try row.field("token_generation"),
            token: try row.field("has_token") ? try Token(row: row) : nil,
            lastUse: try Use(row: row, "used"),
            overlapSeconds: try row.field("overlap_seconds", as: Int64?.self),
            previousToken: try row.field("has_previous") ? try PreviousToken(row: row) : nil
        )
    }
}

extension Account.Owner {
    fileprivate init(row: Row) throws {
        self.init(
            number: try row.field("owner"),
            email: try row.email("owner_email"),
            status: try row.choice("owner_status")
        )
    }
}

extension Account.Token {
    fileprivate init(row: Row) throws {
        self.init(
            issuedAt: try row.time("token_issued_at"),
            expiresAt: try row.time("token_expires_at"),
            issuedBy: try row.field("token_issued_by")
        )
    }
}

extension Account.PreviousToken {
    fileprivate init(row: Row) throws {
        self.init(
            issuedAt: try row.time("overlap_issued_at"),
            until: try row.time("overlap_until"),
            lastUse: try Account.Use(row: row, "previous_used")
        )
    }
}

extension Account.Use {
    /// Nil when no use is known.
    fileprivate init?(row: Row, _ columns: String) throws {
        guard let at = try row.field("\(columns)_at", as: Int64?.self) else { return nil }
        let source = RequestSource(
            address: IPAddress(try row.field("\(columns)_address", as: String.self)),
            agent: try row.field("\(columns)_agent", as: String.self)
        )
        self.init(at: Timestamp(milliseconds: at), source: source)
    }
}

extension PasswordRecord {
    init(row: Row) throws {
        let hash: Data? = try row.field("password_hash", as: Data?.self)
        self.init(
            account: try row.accountID(),
            status: try row.choice("status"),
            hash: hash.map { SealedPasswordHash(bytes: Array($0)) },
            passwordVersion: try row.field("password_version")
        )
    }
}

extension AuditEvent {
    init(row: Row) throws {
        let source = AuditSource(
            actor: try row.field("actor"),
            address: try row.field("address"),
            agent: try row.field("agent")
        )
        self.init(
            n: try row.field("n"),
            at: try row.time("at"),
            draft: AuditDraft(try row.choice("kind"), by: source, detail: try row.field("detail")),
            mac: Array(try row.field("mac", as: Data.self))
        )
    }
}
