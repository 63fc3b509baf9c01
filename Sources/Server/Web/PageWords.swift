import Auth

/// Times, programs and people in words.
enum PageWords {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `{"iso": …, "text": "22 November 2026, 21:53 UTC"}` for `<time>`.
    static func time(_ time: Timestamp) -> [String: any Sendable] {
        let iso = time.description
        let month = Int(iso.dropFirst(5).prefix(2)).map { months[($0 - 1) % 12] } ?? ""
        let day = iso.dropFirst(8).prefix(2)
        return [
            "iso": iso,
            "text":
                "\(day.hasPrefix("0") ? day.dropFirst() : day) \(month) \(iso.prefix(4)), \(iso.dropFirst(11).prefix(5)) UTC",
        ]
    }

    /// `3 hours ago`, `in 12 days`.
    static func distance(_ time: Timestamp, from now: Timestamp) -> String {
        let seconds = time.seconds - now.seconds
        guard abs(seconds) >= 60 else { return seconds > 0 ? "in less than a minute" : "just now" }
        return seconds > 0 ? "in \(length(seconds))" : "\(length(-seconds)) ago"
    }

    /// Rounded to the largest unit of which there are at least two: `90 minutes`, `36 hours`.
    static func length(_ seconds: Int64) -> String {
        for (unit, size) in [("day", 86_400), ("hour", 3600), ("minute", 60)] as [(String, Int64)] {
            let count = (seconds + size / 2) / size
            if count >= 2 || (count == 1 && size == 60) { return "\(count) \(unit)\(count == 1 ? "" : "s")" }
        }
        return "\(seconds) seconds"
    }

    /// `1,234,567`.
    static func number(_ number: Int) -> String {
        let digits = String(number)
        return String(
            digits.enumerated().flatMap { position, digit in
                let rest = digits.count - position
                return position > 0 && rest % 3 == 0 ? [",", digit] : [digit]
            }
        )
    }

    /// A number of tenths: `0.4`, and `1,234` without them from ten on.
    static func tenths(_ tenths: Int) -> String {
        tenths < 100 ? "\(tenths / 10).\(tenths % 10)" : number(tenths / 10)
    }

    /// A program by its User-Agent: browsers by name and system, others by their first word.
    static func program(_ agent: String) -> String {
        let browsers = [
            ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
        ]
        guard agent.hasPrefix("Mozilla/"), let browser = browsers.first(where: { agent.contains($0.0) }) else {
            let word = agent.prefix { $0 != " " }
            return word.isEmpty ? "an unnamed program" : String(word)
        }
        let systems = [
            ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        ]
        let system = systems.first { agent.contains($0.0) }.map { " on \($0.1)" } ?? ""
        return browser.1 + system
    }

    /// What happened, as a heading.
    static func event(_ kind: AuditDraft.Kind) -> String {
        switch kind {
        case .accountAdded: "Account added"
        case .accountDisabled: "Account disabled"
        case .accountEnabled: "Account enabled"
        case .accountInvited: "Invitation made"
        case .accountUnlocked: "Account unlocked"
        case .roleChanged: "Role changed"
        case .scopesChanged: "Scopes changed"
        case .overlapChanged: "Overlap changed"
        case .passwordChanged: "Password changed"
        case .passwordRehashed: "Password stored anew"
        case .sessionStarted: "Logged in"
        case .sessionEnded: "Session ended"
        case .tokenGenerated: "Token generated"
        case .tokenRevoked: "Token revoked"
        case .previousTokenUsed: "Previous token used"
        }
    }

    /// Who did it, for the person who reads: the audit has `account:…` and `operator:…`.
    static func actor(_ event: AccountEvent, reader: AccountID) -> String {
        let actor = event.event.draft.source.actor
        if actor == "account:\(reader)" { return "you" }
        if actor.hasPrefix("operator:") { return "the operator \(actor.dropFirst(9))" }
        if actor.hasPrefix("account:"), AccountID(actor.dropFirst(8))?.number == event.account {
            return "the account itself"
        }
        return "another person"
    }
}
