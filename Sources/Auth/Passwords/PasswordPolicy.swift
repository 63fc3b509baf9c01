/// What a password must be when it is set; never asked at sign-in, nor of imported hashes.
package struct PasswordPolicy: Sendable {
    /// In code points.
    package let minimumLength: Int
    private let blocklist: PasswordBlocklist

    /// What may be set: NIST SP 800-63B-4 wants 64 characters accepted.
    package static let minimumLengths = 1...64

    /// A minimum out of range is taken as the nearest in range.
    package init(minimumLength: Int = 15, blocklist: PasswordBlocklist = .empty) {
        let range = PasswordPolicy.minimumLengths
        self.minimumLength = min(max(minimumLength, range.lowerBound), range.upperBound)
        self.blocklist = blocklist
    }

    /// Why `password` may not be set for the account named `email`; nil when it may.
    package func refusal(of password: Password, for email: EmailAddress) -> Refusal? {
        let text = password.text
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return .controlCharacter
        }
        guard text.unicodeScalars.count >= minimumLength else { return .tooShort(minimum: minimumLength) }
        if blocklist.contains(password) { return .blocklisted }
        return GuessablePattern.refusal(of: text, for: email, minimumLength: minimumLength)
    }

    /// Why a password may not be set.
    package enum Refusal: Equatable, Sendable {
        case tooShort(minimum: Int)
        case controlCharacter
        /// Made of the account's e-mail address or of the product's name, with little besides.
        case builtFromNames
        /// One unit over and over.
        case repetition
        /// Made of runs along the alphabet, the digits or a keyboard's rows, or of held keys, with little besides.
        case sequence
        case blocklisted
    }
}

extension PasswordPolicy.Refusal: CustomStringConvertible {
    /// What to do, for whoever chose the password.
    package var description: String {
        switch self {
        case .tooShort(let minimum):
            "The password is too short; use at least \(minimum) characters, a few random words, say."
        case .controlCharacter: "The password has a tab, a line break or another control character; leave it out."
        case .builtFromNames:
            "The password is little more than the e-mail address or the product's name; choose one without them."
        case .repetition: "The password repeats itself; choose one that does not."
        case .sequence: "The password is little more than a sequence of equal or neighbouring keys; choose one without."
        case .blocklisted: "The password is on the list of passwords known to attackers; choose another."
        }
    }
}
