/// Base64 with the standard alphabet (RFC 4648 4), strict: no white space, no bits left over.
enum Base64 {
    enum Padding {
        /// All of it or none of it.
        case optional
        case forbidden
    }

    static func decode(_ text: ArraySlice<UInt8>, padding: Padding) -> [UInt8]? {
        let digits = text.prefix { $0 != .equals }
        let padded = text.count - digits.count
        if padded > 0 {
            guard padding == .optional, padded <= 2, text.count % 4 == 0,
                text.suffix(padded).allSatisfy({ $0 == .equals })
            else { return nil }
        }
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x41...0x5A: digit - 0x41
        case 0x61...0x7A: digit - 0x61 + 26
        case 0x30...0x39: digit - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}
