import Auth

extension Account {
    /// What pages tell of an account.
    func facts(at now: Timestamp) -> [String: any Sendable] {
        var facts: [String: any Sendable] = [
            "id": id.description, "email": email.description, "created": PageWords.time(id.createdAt),
            "role": role.rawValue, "isActive": status == .active, "hasPassword": hasPassword,
            "scopes": scopes.map { ["name": $0.description] }, "isUnlimited": scopes.isEmpty,
            "generation": String(generation), "version": String(passwordVersion),
        ]
        switch (status, token) {
        case (.disabled, _): facts["state"] = ["label": "Disabled", "tone": "bad"]
        case (_, nil): facts["state"] = ["label": "No token", "tone": ""]
        case (_, let token?) where token.expiresAt <= now: facts["state"] = ["label": "Expired", "tone": "bad"]
        case (_, let token?) where token.renewAfter <= now: facts["state"] = ["label": "Renew now", "tone": "warn"]
        default: facts["state"] = ["label": "Live", "tone": "good"]
        }
        if case .service(let owner, let purpose) = kind {
            facts["service"] =
                [
                    "purpose": purpose, "owner": owner.email.description, "isOwnerless": owner.status == .disabled,
                ] as [String: any Sendable]
        }
        if let token, status == .active { facts["token"] = token.facts(at: now) }
        if let lastUse, token != nil {
            facts["use"] =
                [
                    "time": PageWords.time(lastUse.at), "distance": PageWords.distance(lastUse.at, from: now),
                    "address": lastUse.source.address?.description ?? "this machine",
                    "program": PageWords.program(lastUse.source.agent),
                ] as [String: any Sendable]
        }
        if let overlapSeconds { facts["overlap"] = ["length": PageWords.length(overlapSeconds)] }
        if let previousToken, previousToken.until > now {
            facts["previous"] = ["until": PageWords.time(previousToken.until)]
        }
        return facts
    }

    /// Whether someone may miss the live token when it ends: it was used in the last hour.
    func isInUse(at now: Timestamp) -> Bool {
        guard let token, token.expiresAt > now, let lastUse else { return false }
        return lastUse.at.advanced(bySeconds: 3600) > now
    }
}

extension Account.Token {
    fileprivate func facts(at now: Timestamp) -> [String: any Sendable] {
        let life = max(expiresAt.seconds - issuedAt.seconds, 1)
        let left = min(max(expiresAt.seconds - now.seconds, 0), life)
        let percent = Int((left * 100 + life / 2) / life)
        return [
            "issued": PageWords.time(issuedAt), "issuedDistance": PageWords.distance(issuedAt, from: now),
            "expires": PageWords.time(expiresAt), "expiresDistance": PageWords.distance(expiresAt, from: now),
            "renew": PageWords.time(renewAfter), "renewDistance": PageWords.distance(renewAfter, from: now),
            "isDue": renewAfter <= now, "isOver": expiresAt <= now, "percent": String(percent),
        ]
    }
}
