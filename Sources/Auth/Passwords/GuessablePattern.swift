/// Tells passwords that follow from what anyone knows: the account's e-mail address, this product's name, the keyboard.
///
/// The rule: take out every known word of at least four characters and every run of at least four equal or neighbouring
/// keys. What is left must have eight characters, or a third as many different ones as the minimum length asks for (one
/// to five). Nothing is taken out of almost all random passwords, and of long ones never enough to refuse them.
enum GuessablePattern {
    static func refusal(
        of text: String,
        for email: EmailAddress,
        minimumLength: Int
    ) -> PasswordPolicy.Refusal? {
        let password = scalars(text.lowercased())
        let names = Names(email)
        if names.whole.contains(password) { return .builtFromNames }
        if isRepetition(password) { return .repetition }

        var (position, rest) = (0, [Unicode.Scalar]())
        var (hasName, hasRun) = (false, false)
        while position < password.count {
            let tail = password[position...]
            if let word = names.words.first(where: { tail.starts(with: $0) }) {
                hasName = true
                position += word.count
            } else if let length = lengthOfRun(tail) {
                hasRun = true
                position += length
            } else {
                rest.append(password[position])
                position += 1
            }
        }
        let wanted = min(max(1, minimumLength / 3), 5)
        guard hasName || hasRun, rest.count < 8, Set(rest).count < wanted else { return nil }
        return hasName ? .builtFromNames : .sequence
    }

    /// The words everyone would try first for one account.
    private struct Names {
        /// What the password may not equal, however short.
        let whole: [[Unicode.Scalar]]
        /// Longest first, so that an address counts as one word.
        let words: [[Unicode.Scalar]]

        init(_ email: EmailAddress) {
            let parts = email.key.split(separator: "@").map(String.init)
            let labels = parts.last.map { $0.split(separator: ".").map(String.init) } ?? []
            let pieces = email.key.split { !$0.isLetter && !$0.isNumber }.map(String.init)
            let product = "latchkey"
            whole = ([email.key, product] + parts + labels).map(scalars)
            words = (whole + pieces.map(scalars)).filter { $0.count >= 4 }.sorted { $0.count > $1.count }
        }
    }

    /// Whether some unit, at most half as long as the whole, is repeated to the end; the last time may be cut short.
    private static func isRepetition(_ text: [Unicode.Scalar]) -> Bool {
        guard text.count >= 2 else { return false }
        return (1...(text.count / 2)).contains { unit in text.dropFirst(unit).elementsEqual(text.dropLast(unit)) }
    }

    /// How many of the first characters are the same or stand next to each other in one row, if at least four do.
    private static func lengthOfRun(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
        guard let first = text.first else { return nil }
        var longest = text.prefix { $0 == first }.count
        for row in rows {
            guard let start = row.firstIndex(of: first) else { continue }
            longest = max(longest, zip(row[start...], text).prefix { $0 == $1 }.count)
        }
        return longest >= 4 ? longest : nil
    }

    /// The digits, the alphabet and the letter rows of the three common Latin keyboards, in both directions.
    private static let rows: [[Unicode.Scalar]] = {
        let forward = [
            "0123456789", "1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
            "qwertzuiop",
            "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
        ].map(scalars)
        return forward + forward.map { $0.reversed() }
    }()

    private static func scalars(_ text: String) -> [Unicode.Scalar] {
        Array(text.unicodeScalars)
    }
}
