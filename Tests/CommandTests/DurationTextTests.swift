import Testing

@testable import latchkey

struct DurationTextTests {
    @Test(arguments: [
        ("365d", 31_536_000_000, "365d"), ("24h", 86_400_000, "1d"), ("90m", 5_400_000, "90m"),
        ("30s", 30_000, "30s"), ("90s", 90_000, "90s"), ("500ms", 500, "500ms"), ("1000ms", 1000, "1s"),
        ("0s", 0, "0s"),
        ("007s", 7000, "7s"),
    ])
    func `a number and a unit are a time, shown in the largest unit that fits`(
        text: String,
        milliseconds: Int64,
        shown: String
    ) throws {
        let duration = try #require(DurationText(text))
        #expect(duration.milliseconds == milliseconds)
        #expect(duration.description == shown)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", " 5s", "5s ", "5S", "-5s", "+5s", "1.5h", "1h30m", "5y", "٥s", "5µs",
        "9223372036854775807d", "99999999999999999999s",
    ])
    func `anything else is none`(text: String) {
        #expect(DurationText(text) == nil)
    }
}
