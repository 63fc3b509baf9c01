import Auth

extension Account {
    /// One line a fact, for people.
    func text(now: Timestamp, signIn: SignInState? = nil) -> String {
        var facts = [
            ("user_id", "\(id)"), ("email", "\(email)"), ("type", kind.type.rawValue), ("role", role.rawValue),
        ]
        if case .service(let owner, let purpose) = kind {
            let standing = owner.status == .disabled ? " (disabled: the account is ownerless)" : ""
            facts.append(("owner", "\(owner.email)\(standing)"))
            facts.append(("purpose", shown(purpose)))
            facts.append(("scopes", scopes.isEmpty ? "not limited" : scopes.map(\.description).joined(separator: " ")))
        }
        facts.append(("status", status.rawValue))
        facts.append(("password", hasPassword ? "set" : "none"))
        if let signIn { facts.append(("sign-in", signIn.words)) }
        facts.append(("created", "\(id.createdAt)"))
        if let overlapSeconds {
            facts.append(("overlap", "\(DurationText(milliseconds: overlapSeconds * 1000)) after each renewal"))
        }
        facts += tokenFacts(now: now)
        return Account.lines(facts)
    }

    /// The same of the token alone.
    func tokenText(now: Timestamp) -> String {
        Account.lines([("user_id", "\(id)"), ("email", "\(email)")] + tokenFacts(now: now))
    }

    static let listHeader =
        "\(column("USER_ID", 32))  TYPE     STATUS    ROLE          \(column("TOKEN UNTIL", 24))  EMAIL"

    /// A row under `listHeader`.
    func listRow(now: Timestamp) -> String {
        let until = liveToken(at: now).map { "\($0.expiresAt)" } ?? "-"
        let name = Account.column(kind.type.rawValue, 7)
        let standing = "\(Account.column(status.rawValue, 8))  \(Account.column(role.rawValue, 12))"
        var row = "\(id)  \(name)  \(standing)  \(Account.column(until, 24))  \(email)"
        if case .service(let owner, _) = kind, owner.status == .disabled { row += " (ownerless)" }
        return row
    }

    static let tokenListHeader = "\(column("EXPIRES", 24))  \(column("RENEW AFTER", 24))  EMAIL"

    /// A row under `tokenListHeader`; nil without a live token.
    func tokenRow(now: Timestamp) -> String? {
        liveToken(at: now).map { "\($0.expiresAt)  \($0.renewAfter)  \(email)" }
    }

    private func tokenFacts(now: Timestamp) -> [(String, String)] {
        guard let token = liveToken(at: now) else { return [("token", "none")] }
        return [
            ("token", "expires \(token.expiresAt)"), ("renew after", "\(token.renewAfter)"),
            ("issued", "\(token.issuedAt) by \(shown(token.issuedBy))"), ("generation", "\(generation)"),
        ] + previousTokenFacts(now: now)
    }

    private func previousTokenFacts(now: Timestamp) -> [(String, String)] {
        guard let previous = passingToken(at: now) else { return [] }
        let use = previous.lastUse.map { use in
            "last used \(use.at) from \(shown(use.source.address?.description ?? "local")) by \(shown(use.source.agent))"
        }
        return [("previous", "passes until \(previous.until), \(use ?? "not seen since it was replaced")")]
    }

    private static func lines(_ facts: [(String, String)]) -> String {
        facts.map { "\(column($0.0, 11))  \($0.1)" }.joined(separator: "\n")
    }

    private static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension SignInState {
    fileprivate var words: String {
        let count = "\(failures) failed in a row"
        return switch standing {
        case .open: failures == 0 ? "open" : "open, \(count)"
        case .throttled(let until): "throttled until \(until), \(count)"
        case .locked(let until): "locked for unknown sources until \(until), \(count)"
        }
    }
}
