/// `bus|` user_id `|` secret, where the secret is 13 digits, `x` and 18 to 51 digits, all random.
///
/// Parsing keeps the text it was given and allocates nothing: it runs on every call of every guarded API.
package struct BearerToken: Sendable {
    /// The whole token. A secret: never logged, never stored.
    package let text: Substring
    package let account: AccountID

    private static let prefixLength = 4
    private static let secretOffset = prefixLength + AccountID.textLength + 1
    /// Lengths of a token in bytes, from 31 to 64 secret digits.
    package static let lengths = 69...102

    /// Nil unless the shape is exact: ASCII digits, every separator in its place.
    package init?(_ text: Substring) {
        var text = text
        guard let account = text.withUTF8(BearerToken.account) else { return nil }
        self.text = text
        self.account = account
    }

    private init(text: Substring, account: AccountID) {
        self.text = text
        self.account = account
    }

    /// Draws a new token for `account` with `digits` (31 to 64) random decimal digits: log2(10) bits each, no bias.
    package static func mint(
        for account: AccountID,
        digits: Int,
        using generator: inout some RandomNumberGenerator
    ) -> BearerToken {
        let count = min(max(digits, 31), 64)
        let text = String(unsafeUninitializedCapacity: secretOffset + count + 1) { buffer in
            var end = 0
            func append(_ byte: UInt8) {
                buffer[end] = byte
                end += 1
            }
            "bus|".utf8.forEach(append)
            account.description.utf8.forEach(append)
            append(UInt8(ascii: "|"))
            for position in 0..<count {
                if position == 13 { append(UInt8(ascii: "x")) }
                append(UInt8.random(in: UInt8(ascii: "0")...UInt8(ascii: "9"), using: &generator))
            }
            return end
        }
        return BearerToken(text: text[...], account: account)
    }

    private static func account(in bytes: UnsafeBufferPointer<UInt8>) -> AccountID? {
        guard lengths ~= bytes.count, bytes[0] == UInt8(ascii: "b"), bytes[1] == UInt8(ascii: "u"),
            bytes[2] == UInt8(ascii: "s"), bytes[3] == UInt8(ascii: "|"),
            bytes[secretOffset - 1] == UInt8(ascii: "|"), bytes[secretOffset + 13] == UInt8(ascii: "x"),
            isDecimal(bytes[secretOffset..<(secretOffset + 13)]), isDecimal(bytes[(secretOffset + 14)...])
        else { return nil }
        return AccountID(bytes: bytes[prefixLength..<(secretOffset - 1)])
    }

    private static func isDecimal(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        for byte in bytes where byte &- UInt8(ascii: "0") > 9 { return false }
        return true
    }
}

extension BearerToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the account only, so that no log line and no failed test prints a secret.
    package var description: String { "BearerToken(\(account))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
