import Auth
import Foundation
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_355_820_007, "2026-11-22T13:57:00.007Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "9999-12-31T23:59:59.999Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (Int64.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func `an instant is written as RFC 3339 in UTC`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test func `dates agree with the system's calendar`() throws {
        var generator = SeededGenerator(seed: 5)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
        for _ in 0..<2000 {
            let second = Int64.random(in: 0..<253_402_300_800, using: &generator)
            let expected = Date(timeIntervalSince1970: Double(second)).formatted(style).replacing("Z", with: ".000Z")
            #expect(Timestamp(milliseconds: second * 1000).description == expected)
        }
    }

    @Test(
        arguments: [
            (0, 0), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2), (Int64.max, 9_223_372_036_854_775),
            (Int64.min, -9_223_372_036_854_776),
        ] as [(Int64, Int64)]
    )
    func `seconds are rounded down, at the ends of the range as well`(milliseconds: Int64, seconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
    }

    @Test func `moving beyond the range stops at its end`() {
        let now = Timestamp(milliseconds: 1_795_355_820_000)
        #expect(now.advanced(bySeconds: 2).milliseconds == 1_795_355_822_000)
        #expect(now.advanced(bySeconds: .max).milliseconds == .max)
        #expect(now.advanced(bySeconds: .min).milliseconds == .min)
        #expect(Timestamp(milliseconds: .max).advanced(bySeconds: 1).milliseconds == .max)
        #expect(Timestamp(milliseconds: .min).advanced(bySeconds: -1).milliseconds == .min)
    }

    @Test func `a client should renew at two thirds of the life`() {
        let issued = Timestamp(milliseconds: 1_000_000)
        #expect(renewal(issued, issued.advanced(bySeconds: 31_536_000)) == issued.advanced(bySeconds: 21_024_000))
        _ = renewal(Timestamp(milliseconds: .min), Timestamp(milliseconds: .max))
    }

    @Test func `the system's clock agrees with Foundation's`() {
        let before = Date().timeIntervalSince1970
        let now = Double(WallClock.system.now.milliseconds) / 1000
        #expect(before - 0.002 <= now && now <= Date().timeIntervalSince1970 + 0.002)
    }

    private func renewal(_ issuedAt: Timestamp, _ expiresAt: Timestamp) -> Timestamp {
        Account.Token(issuedAt: issuedAt, expiresAt: expiresAt, issuedBy: "").renewAfter
    }
}
