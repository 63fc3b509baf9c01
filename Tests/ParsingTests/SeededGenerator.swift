/// SplitMix64: the same inputs in every run, so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Text without control characters, from all planes but with many of the characters that encodings care about.
    mutating func text(upTo length: Int) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...length, using: &self) {
            let range: ClosedRange<UInt32> =
                switch UInt8.random(in: 0..<4, using: &self) {
                case 0: 0x20...0x7E
                case 1: 0xA0...0x7FF
                case 2: 0xE000...0xFFFF
                default: 0x10000...0x10FFFF
                }
            if Bool.random(using: &self),
                let special = "%&=+\"\\-/{}: \u{A0}é".unicodeScalars.randomElement(using: &self)
            {
                text.append(special)
            } else if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) {
                text.append(scalar)
            }
        }
        return String(text)
    }
}
