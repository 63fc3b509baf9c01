/// An instant as whole milliseconds since 1970-01-01T00:00:00Z, the resolution in which everything is stored.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0) }

    /// This instant moved by `seconds`; saturates instead of trapping.
    package func advanced(bySeconds seconds: Int64) -> Timestamp {
        let (shift, shiftOverflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, sumOverflow) = milliseconds.addingReportingOverflow(shift)
        guard !shiftOverflow, !sumOverflow else { return Timestamp(milliseconds: seconds < 0 ? .min : .max) }
        return Timestamp(milliseconds: sum)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-11-22T13:57:00.000Z`; years outside 0000–9999 are clamped.
    package var description: String {
        String(unsafeUninitializedCapacity: Timestamp.textLength) { buffer in
            write(into: buffer)
            return Timestamp.textLength
        }
    }

    /// The length of the text form in bytes.
    package static let textLength = 24

    /// Writes the text form into the first 24 bytes of `buffer`; nothing when it is shorter.
    package func write(into buffer: UnsafeMutableBufferPointer<UInt8>) {
        guard buffer.count >= Timestamp.textLength else { return }
        let clamped = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let days = Int((clamped >= 0 ? clamped : clamped - 86_399_999) / 86_400_000)
        var rest = Int(clamped - Int64(days) * 86_400_000)
        let (year, month, day) = Timestamp.civil(fromDays: days)
        func digits(_ value: Int, _ count: Int, at offset: Int) {
            var value = value
            for position in stride(from: offset + count - 1, through: offset, by: -1) {
                buffer[position] = 0x30 + UInt8(value % 10)
                value /= 10
            }
        }
        digits(year, 4, at: 0)
        buffer[4] = 0x2D
        digits(month, 2, at: 5)
        buffer[7] = 0x2D
        digits(day, 2, at: 8)
        buffer[10] = 0x54
        digits(rest / 3_600_000, 2, at: 11)
        rest %= 3_600_000
        buffer[13] = 0x3A
        digits(rest / 60_000, 2, at: 14)
        rest %= 60_000
        buffer[16] = 0x3A
        digits(rest / 1000, 2, at: 17)
        buffer[19] = 0x2E
        digits(rest % 1000, 3, at: 20)
        buffer[23] = 0x5A
    }

    /// Days since 1970-01-01 to a proleptic Gregorian date, counted in 400-year cycles that start on 1 March.
    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }
}
