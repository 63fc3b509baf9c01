/// A user_id: 13 digits (the account's creation time in ms since 1970), `x`, 18 random digits.
///
/// `number`, the last 18 digits, is the primary key; the whole text is never stored.
package struct AccountID: Hashable, Sendable {
    package let createdAt: Timestamp
    package let number: Int64

    /// One more than the largest 18-digit number.
    package static let numberLimit: Int64 = 1_000_000_000_000_000_000
    /// The length of the text form in bytes.
    package static let textLength = 32
    private static let timeLimit: Int64 = 10_000_000_000_000

    /// Nil unless both parts fit their digits.
    package init?(createdAt: Timestamp, number: Int64) {
        guard 0..<AccountID.timeLimit ~= createdAt.milliseconds, 0..<AccountID.numberLimit ~= number else { return nil }
        self.createdAt = createdAt
        self.number = number
    }

    /// Draws a fresh identity for an account made at `createdAt`; a clock beyond 13 digits is clamped.
    package static func random(
        createdAt: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) -> AccountID {
        AccountID(
            uncheckedTime: min(max(createdAt.milliseconds, 0), timeLimit - 1),
            number: Int64.random(in: 0..<numberLimit, using: &generator)
        )
    }

    private init(uncheckedTime: Int64, number: Int64) {
        self.createdAt = Timestamp(milliseconds: uncheckedTime)
        self.number = number
    }

    /// Parses exactly `\d{13}x\d{18}` in ASCII digits; nil for anything else.
    package init?(_ text: some StringProtocol) {
        var text = String(text)
        let parsed = text.withUTF8 { AccountID(bytes: $0[...]) }
        guard let parsed else { return nil }
        self = parsed
    }

    init?(bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        guard bytes.count == AccountID.textLength, bytes[bytes.startIndex + 13] == UInt8(ascii: "x"),
            let time = decimal(bytes.prefix(13)), let number = decimal(bytes.suffix(18))
        else { return nil }
        self.init(uncheckedTime: time, number: number)
    }
}

extension AccountID: CustomStringConvertible {
    package var description: String {
        String(unsafeUninitializedCapacity: AccountID.textLength) { buffer in
            write(into: buffer)
            return AccountID.textLength
        }
    }

    /// Writes the text form into the first 32 bytes of `buffer`; nothing when it is shorter.
    package func write(into buffer: UnsafeMutableBufferPointer<UInt8>) {
        guard buffer.count >= AccountID.textLength else { return }
        writeDecimal(createdAt.milliseconds, digits: 13, into: buffer, at: 0)
        buffer[13] = UInt8(ascii: "x")
        writeDecimal(number, digits: 18, into: buffer, at: 14)
    }
}

/// The value of at most 18 ASCII digits; nil when any byte is none.
func decimal(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
    var value: Int64 = 0
    for byte in bytes {
        let digit = byte &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value &* 10 &+ Int64(digit)
    }
    return value
}

private func writeDecimal(_ value: Int64, digits: Int, into buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
    var value = value
    for position in stride(from: offset + digits - 1, through: offset, by: -1) {
        buffer[position] = UInt8(ascii: "0") + UInt8(value % 10)
        value /= 10
    }
}
