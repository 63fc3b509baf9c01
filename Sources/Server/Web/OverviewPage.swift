import Auth
import HTTPTypes
import Hummingbird

/// `/admin`: how this node and its tokens stand, each as a number and one small chart.
struct OverviewPage: Sendable {
    let door: WebDoor
    let counts: MinuteCounts
    let expiry: ExpiryGauges

    func response(_ visit: WebDoor.Visit) async throws -> Response {
        let hour = try await counts.hour()
        let (minutes, last) = (hour.minutes, hour.minutes.last ?? MinuteCounts.Totals())
        let tokens = await expiry.tokens()
        let soon = (tokens[.underOne] ?? 0) + (tokens[.underSeven] ?? 0)
        let bands: [ExpiryGauges.Band] = [.underOne, .underSeven, .underThirty, .underNinety]
        let rate =
            minutes.count > 1
            ? minutes[minutes.count - 2].verifications * 10 / MinuteCounts.seconds
            : last.verifications * 10 / Int(hour.secondsOfLast)
        let figures: [[String: any Sendable]] = [
            figure("Sign-ins", total(minutes, \.signIns), "in the last hour", minutes.map(\.signIns)),
            figure("Failed sign-ins", total(minutes, \.failures), "in the last hour", minutes.map(\.failures)),
            figure("Throttled attempts", total(minutes, \.throttled), "in the last hour", minutes.map(\.throttled)),
            figure(
                "Verifications a second",
                PageWords.tenths(rate),
                "in the last full minute",
                minutes.map(\.verifications)
            ),
            figure(
                "Tokens that expire soon",
                PageWords.number(soon),
                "within seven days",
                bands.map { tokens[$0] ?? 0 },
                slots: bands.count,
                words: "within 1, 7, 30 and 90 days"
            ),
        ]
        let content: [String: any Sendable] = [
            "figures": figures, "minutes": PageWords.number(minutes.count),
            "isFresh": minutes.count < MinuteCounts.minutes,
        ]
        return try door.page(visit, "Administration", "admin", content)
    }

    private func total(_ minutes: [MinuteCounts.Totals], _ count: KeyPath<MinuteCounts.Totals, Int>) -> String {
        PageWords.number(minutes.reduce(0) { $0 + $1[keyPath: count] })
    }

    private func figure(
        _ label: String,
        _ number: String,
        _ span: String,
        _ values: [Int],
        slots: Int = MinuteCounts.minutes,
        words: String = "minute by minute, the latest at the right"
    ) -> [String: any Sendable] {
        let highest = max(values.max() ?? 0, 1)
        let first = slots - values.count
        let bars = values.enumerated().compactMap { position, value -> [String: any Sendable]? in
            guard value > 0 else { return nil }
            let height = max(value * 36 / highest, 2)
            return ["x": String((first + position) * 240 / slots), "y": String(40 - height), "height": String(height)]
        }
        return [
            "label": label, "number": number, "span": span, "bars": bars,
            "width": String(240 / slots - (slots > 10 ? 1 : 6)),
            "description": "\(label) \(words); the highest is \(PageWords.number(values.max() ?? 0))",
        ]
    }
}
