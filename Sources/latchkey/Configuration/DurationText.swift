/// A length of time as people write it: a whole number and one unit (`500ms`, `30s`, `90m`, `12h`, `365d`).
struct DurationText: Comparable, Sendable, CustomStringConvertible {
    let milliseconds: Int64

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Nil for anything but digits and a unit, and for what does not fit.
    init?(_ text: String) {
        let digits = text.utf8.prefix { 0x30...0x39 ~= $0 }
        let name = String(text[digits.endIndex...])
        guard let number = Int64(String(Substring(digits))),
            let unit = DurationText.units.first(where: { $0.name == name })
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow else { return nil }
        milliseconds = product
    }

    /// In the largest unit that leaves no rest.
    var description: String {
        let unit = DurationText.units.first { milliseconds % $0.milliseconds == 0 && milliseconds != 0 } ?? ("s", 1000)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    static func < (left: DurationText, right: DurationText) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension DurationText: ExpressibleByIntegerLiteral {
    /// A literal counts seconds.
    init(integerLiteral seconds: Int64) {
        self.init(milliseconds: seconds * 1000)
    }
}
