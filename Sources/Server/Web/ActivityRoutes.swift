import Auth
import HTTPTypes
import Hummingbird

/// `/activity`: what happened to one's own account and the service accounts one answers for.
struct ActivityRoutes: Sendable {
    private static let pageSize = 50

    let door: WebDoor
    let accounts: Accounts
    let store: any AuthStore

    func answer(_ visit: WebDoor.Visit) async throws -> Response {
        let form = try WebForm(query: visit.request.uri.query)
        let asked = try await asked(form["account"], by: visit.account)
        var own = [visit.account] + (try await accounts.services(of: visit.account.id, after: nil, limit: 200))
        if let asked, !own.contains(where: { $0.id == asked.id }) { own.append(asked) }
        var query = ActivityQuery(owner: visit.account.id.number)
        query.account = asked?.id.number
        query.kind = AuditDraft.Kind(rawValue: form["kind"])
        query.from = Timestamp(day: form["from"])
        query.until = Timestamp(day: form["to"])?.advanced(bySeconds: 86_400)
        query.before = ActivityQuery.Place(form["before"])
        query.limit = ActivityRoutes.pageSize + 1
        let found = try await store.activity(query)
        let shown = found.prefix(ActivityRoutes.pageSize)

        let filters = ["account", "kind", "from", "to"].filter { !form[$0].isEmpty }
        let kept = filters.map { "\($0)=\(form[$0].asQueryValue)" }.joined(separator: "&")
        var content: [String: any Sendable] = [
            "events": shown.map { event(of: $0, for: visit) }, "isEmpty": shown.isEmpty, "isFiltered": !filters.isEmpty,
            "from": query.from == nil ? "" : form["from"], "to": query.until == nil ? "" : form["to"],
            "accounts": own.map { account in
                [
                    "value": account.id.description, "label": account.email.description,
                    "isChosen": account.id.number == query.account,
                ] as [String: any Sendable]
            },
            "kinds": AuditDraft.Kind.allCases.map { kind in
                ["value": kind.rawValue, "label": PageWords.event(kind), "isChosen": kind == query.kind]
                    as [String: any Sendable]
            },
        ]
        if query.before != nil { content["newest"] = kept.isEmpty ? "/activity" : "/activity?\(kept)" }
        if found.count > shown.count, let last = shown.last {
            let place = "before=\(last.event.at.milliseconds).\(last.account).\(last.event.n)"
            content["older"] = "/activity?\(kept.isEmpty ? "" : kept + "&")\(place)"
        }
        return try door.page(visit, "Activity", "activity", content)
    }

    /// The account that is asked for; nil for all. Whose it is not learns nothing, not even that it exists.
    private func asked(_ id: String, by person: Account) async throws -> Account? {
        guard !id.isEmpty else { return nil }
        guard let account = try await accounts.find(AccountID(id)),
            account.id == person.id || account.isOwned(by: person)
        else { throw ErrorResponse.notFound }
        return account
    }

    private func event(of event: AccountEvent, for visit: WebDoor.Visit) -> [String: any Sendable] {
        let draft = event.event.draft
        var content: [String: any Sendable] = [
            "time": PageWords.time(event.event.at), "heading": PageWords.event(draft.kind), "email": event.email,
            "actor": PageWords.actor(event, reader: visit.account.id), "detail": draft.detail,
            "hasDetail": !draft.detail.isEmpty,
        ]
        if !draft.source.address.isEmpty {
            content["place"] = ["address": draft.source.address, "program": PageWords.program(draft.source.agent)]
        }
        return content
    }
}

extension Timestamp {
    /// The beginning of a day in UTC, `2026-11-22` as a date field sends it; nil for anything else.
    init?(day text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], text.utf8.allSatisfy({ $0 == 0x2D || 0x30...0x39 ~= $0 }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2]), 1...12 ~= month,
            1...31 ~= day
        else { return nil }
        // Days since 1970-01-01 in the proleptic Gregorian calendar, from years that begin in March.
        let shifted = month > 2 ? year : year - 1
        let cycle = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfCycle = shifted - cycle * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
        self.init(milliseconds: days * 86_400_000)
    }
}

extension ActivityQuery.Place {
    /// As our own links write it; nil for anything else.
    fileprivate init?(_ text: String) {
        let numbers = text.split(separator: ".").compactMap { Int64($0) }
        guard numbers.count == 3 else { return nil }
        self.init(at: Timestamp(milliseconds: numbers[0]), account: numbers[1], n: numbers[2])
    }
}
