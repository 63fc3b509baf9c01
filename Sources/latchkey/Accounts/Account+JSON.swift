import Auth

extension Account {
    /// The account as the commands print it, in the names of the HTTP API.
    func json(now: Timestamp, signIn: SignInState? = nil) -> JSONText {
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
        if let signIn { add("sign_in", signIn.json) }
        add("created_at", .text("\(id.createdAt)"))
        add("token", tokenMembers(now: now).map { .object($0) } ?? .null)
        add("overlap", overlapSeconds.map { .number($0) } ?? .null)
        add("previous_token", previousTokenJSON(now: now))
        return .object(members)
    }

    /// The token as `token status` prints it; null times when there is none.
    func tokenJSON(now: Timestamp) -> JSONText {
        .object(
            identity + (tokenMembers(now: now) ?? Token.absentMembers)
                + [.init(name: "previous_token", value: previousTokenJSON(now: now))]
        )
    }

    private func tokenMembers(now: Timestamp) -> [JSONText.Member]? {
        liveToken(at: now).map { $0.members(now: now) + [.init(name: "generation", value: .number(generation))] }
    }

    /// The token before, while it passes.
    func passingToken(at now: Timestamp) -> PreviousToken? {
        guard let previousToken, previousToken.until > now else { return nil }
        return previousToken
    }

    private func previousTokenJSON(now: Timestamp) -> JSONText {
        passingToken(at: now).map { token in
            .object([
                "issued_at": .text("\(token.issuedAt)"), "passes_until": .text("\(token.until)"),
                "last_used_at": .optional(token.lastUse.map { "\($0.at)" }),
                "last_used_from": .optional(token.lastUse?.source.address?.description),
                "last_used_by": .optional(token.lastUse?.source.agent),
            ])
        } ?? .null
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

extension SignInState {
    fileprivate var json: JSONText {
        let (state, until): (String, Timestamp?) =
            switch standing {
            case .open: ("open", nil)
            case .throttled(let until): ("throttled", until)
            case .locked(let until): ("locked", until)
            }
        return .object([
            "state": .text(state), "until": .optional(until.map { "\($0)" }), "failures": .number(failures),
        ])
    }
}

extension Account.Token {
    fileprivate func members(now: Timestamp) -> [JSONText.Member] {
        [
            .init(name: "issued_at", value: .text("\(issuedAt)")),
            .init(name: "expires_at", value: .text("\(expiresAt)")),
            .init(name: "expires", value: .number((expiresAt.milliseconds - now.milliseconds) / 1000)),
            .init(name: "renew_after", value: .text("\(renewAfter)")),
            .init(name: "issued_by", value: .text(issuedBy)),
        ]
    }

    fileprivate static var absentMembers: [JSONText.Member] {
        ["issued_at", "expires_at", "expires", "renew_after", "issued_by", "generation"]
            .map { .init(name: $0, value: .null) }
    }
}
