/// One link of an account's audit chain.
package struct AuditEvent: Equatable, Sendable {
    /// 1 for the account's first event, without gaps.
    package let n: Int64
    package let at: Timestamp
    package let draft: AuditDraft
    /// HMAC-SHA-256 over the previous event's code and this event.
    package let mac: [UInt8]

    package init(n: Int64, at: Timestamp, draft: AuditDraft, mac: [UInt8]) {
        self.n = n
        self.at = at
        self.draft = draft
        self.mac = mac
    }
}

/// What is to be told of a change, before the store stamps and chains it.
package struct AuditDraft: Equatable, Sendable {
    package let kind: Kind
    package let source: AuditSource
    /// A few words more, such as the new role; never a secret.
    package let detail: String

    package enum Kind: String, CaseIterable, Sendable {
        case accountAdded = "account.added"
        case accountDisabled = "account.disabled"
        case accountEnabled = "account.enabled"
        case accountInvited = "account.invited"
        case accountUnlocked = "account.unlocked"
        case roleChanged = "account.role"
        case scopesChanged = "account.scopes"
        case overlapChanged = "account.overlap"
        case passwordChanged = "password.changed"
        case passwordRehashed = "password.rehashed"
        case sessionStarted = "session.started"
        case sessionEnded = "session.ended"
        case tokenGenerated = "token.generated"
        case tokenRevoked = "token.revoked"
        /// The first use of a token that was replaced but still passes.
        case previousTokenUsed = "token.previous-used"
    }

    package init(_ kind: Kind, by source: AuditSource, detail: String = "") {
        self.kind = kind
        self.source = source
        self.detail = detail
    }
}

/// Who caused a change, from where and with what program.
package struct AuditSource: Equatable, Sendable {
    package let actor: String
    package let address: String
    package let agent: String

    /// The account itself, by a request from `address` with the User-Agent `agent`.
    package static func account(_ account: AccountID, address: String, agent: String) -> AuditSource {
        AuditSource(actor: "account:\(account)", address: address, agent: agent)
    }

    /// A person at the command line, by the name the system knows them under.
    package static func commandLine(user: String) -> AuditSource {
        AuditSource(actor: "operator:\(user)", address: "", agent: "latchkey")
    }

    /// As read back from a store. Fields are cut at 256 bytes, control characters become spaces.
    package init(actor: String, address: String, agent: String) {
        self.actor = AuditSource.line(actor)
        self.address = AuditSource.line(address)
        self.agent = AuditSource.line(agent)
    }

    private static func line(_ text: String) -> String {
        guard
            text.utf8.count > 256 || text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return text }
        var line = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar)
            guard length <= 256 else { break }
            line.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(line)
    }
}
