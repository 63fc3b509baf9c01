/// A password hash as text, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`
/// (https://github.com/P-H-C/phc-string-format), parsed before anyone spends memory on it.
///
/// The bounds are those of the format, and a ceiling on cost; what a deployment may afford is its own setting.
package struct PHCString: Equatable, Sendable {
    /// `argon2id`.
    package let algorithm: String
    /// 19, which is Argon2 1.3.
    package let version: Int
    /// KiB.
    package let memory: Int
    /// Passes over the memory.
    package let iterations: Int
    /// Lanes.
    package let parallelism: Int
    /// Bytes.
    package let saltLength: Int
    /// Bytes.
    package let hashLength: Int
    /// The whole string, as given.
    package let text: String

    /// RFC 9106 4 recommends at most 2 GiB.
    static let memoryLimit = 2_097_152
    static let iterationLimit = 1024

    /// Parses the string, or gives nil for anything but the one form above.
    package init?(_ text: String) {
        var scanner = ByteScanner(Array(text.utf8))
        guard scanner.take(Array("$argon2id$v=19$m=".utf8)), let memory = Self.number(&scanner),
            scanner.take(Array(",t=".utf8)), let iterations = Self.number(&scanner),
            scanner.take(Array(",p=".utf8)), let parallelism = Self.number(&scanner),
            scanner.take(Self.separator), let saltLength = Self.length(&scanner),
            scanner.take(Self.separator), let hashLength = Self.length(&scanner), scanner.isAtEnd
        else { return nil }
        guard (1...255).contains(parallelism), (1...Self.iterationLimit).contains(iterations),
            (8 * parallelism...Self.memoryLimit).contains(memory),
            (8...48).contains(saltLength), (12...64).contains(hashLength)
        else { return nil }
        algorithm = "argon2id"
        version = 19
        self.memory = memory
        self.iterations = iterations
        self.parallelism = parallelism
        self.saltLength = saltLength
        self.hashLength = hashLength
        self.text = text
    }

    private static let separator: UInt8 = 0x24

    /// A decimal number in its only spelling.
    private static func number(_ scanner: inout ByteScanner) -> Int? {
        let digits = scanner.take(while: \.isDigit)
        guard (1...10).contains(digits.count), digits.first != .zero || digits.count == 1 else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - .zero) }
    }

    private static func length(_ scanner: inout ByteScanner) -> Int? {
        Base64.decode(scanner.take { $0 != separator }, padding: .forbidden)?.count
    }
}
