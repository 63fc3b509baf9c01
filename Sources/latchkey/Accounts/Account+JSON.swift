import Auth

extension Account {
    /// The account as the commands print it, in the names of the HTTP API.
    func json(now: Timestamp) -> JSONText {
        var members: [JSONText.Member] = identity
        func add(_ name: String, _ value: JSONText) { members.append(.init(name: name, value: value)) }
        add("role", .text(role.rawValue))
        add("scopes", .list(scopes.map { .text($0.description) }))
        add("status", .text(status.rawValue))
        switch kind {
        case .user:
            add("owner", .null)
            add("purpose", .null)
        case .service(let owner, let purpose):
            add("owner", .text(owner.email.description))
            add("ownerless", .bool(owner.status == .disabled))
            add("purpose", .text(purpose))
        }
        add("created_at", .text("\(id.createdAt)"))
        add("token", liveToken(at: now).map { .object($0.members(now: now)) } ?? .null)
        return .object(members)
    }

    /// The token as `token status` prints it; null times when there is none.
    func tokenJSON(now: Timestamp) -> JSONText {
        .object(identity + (liveToken(at: now)?.members(now: now) ?? Token.absentMembers))
    }

    /// The token, unless it has expired.
    func liveToken(at now: Timestamp) -> Token? {
        guard let token, token.expiresAt > now else { return nil }
        return token
    }

    private var identity: [JSONText.Member] {
        [
            .init(name: "user_id", value: .text("\(id)")), .init(name: "email", value: .text("\(email)")),
            .init(name: "account_type", value: .text(kind.type.rawValue)),
        ]
    }
}

extension Account.Token {
    var renewAfter: Timestamp { Timestamp.renewal(issuedAt: issuedAt, expiresAt: expiresAt) }

    fileprivate func members(now: Timestamp) -> [JSONText.Member] {
        [
            .init(name: "issued_at", value: .text("\(issuedAt)")),
            .init(name: "expires_at", value: .text("\(expiresAt)")),
            .init(name: "expires", value: .number((expiresAt.milliseconds - now.milliseconds) / 1000)),
            .init(name: "renew_after", value: .text("\(renewAfter)")),
            .init(name: "issued_by", value: .text(issuedBy)),
            .init(name: "generation", value: .number(generation)),
        ]
    }

    fileprivate static var absentMembers: [JSONText.Member] {
        ["issued_at", "expires_at", "expires", "renew_after", "issued_by", "generation"]
            .map { .init(name: $0, value: .null) }
    }
}
