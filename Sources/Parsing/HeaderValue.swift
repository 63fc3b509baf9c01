/// A header of the form `value; name=value; name="value"`, which Content-Type (RFC 9110 8.3) and Content-Disposition
/// (RFC 7578 4.2) share.
struct HeaderValue {
    /// What stands before the first semicolon.
    let value: ArraySlice<UInt8>
    /// Nil when they cannot be read, or one is repeated: which of the two counts is what parsers disagree about.
    let parameters: [Parameter]?

    struct Parameter {
        /// Lower case.
        let name: [UInt8]
        let value: ArraySlice<UInt8>
    }

    /// No header of a real client comes near it; it keeps the search for repeats from being quadratic.
    static let parameterLimit = 16

    init(_ bytes: ArraySlice<UInt8>) {
        var scanner = ByteScanner(bytes)
        scanner.skipBlanks()
        var value = scanner.take { $0 != .semicolon }
        while value.last?.isBlank == true { value.removeLast() }
        self.value = value
        parameters = Self.parameters(&scanner)
    }

    /// The value of the parameter of that name, a lower-case one.
    func parameter(_ name: StaticString) -> ArraySlice<UInt8>? {
        parameters?.first { $0.name[...].spells(name) }?.value
    }

    private static func parameters(_ scanner: inout ByteScanner) -> [Parameter]? {
        var found: [Parameter] = []
        while !scanner.isAtEnd {
            guard scanner.take(.semicolon) else { return nil }
            scanner.skipBlanks()
            // RFC 9110 5.6.6 lets a parameter be empty: some clients end the list with a semicolon.
            guard let next = scanner.next, next != .semicolon else { continue }
            let name = scanner.take { $0.isToken }.map(\.lowercased)
            guard !name.isEmpty, scanner.take(.equals), let value = parameterValue(&scanner),
                found.count < parameterLimit, !found.contains(where: { $0.name == name })
            else { return nil }
            found.append(Parameter(name: name, value: value))
            scanner.skipBlanks()
        }
        return found
    }

    private static func parameterValue(_ scanner: inout ByteScanner) -> ArraySlice<UInt8>? {
        guard scanner.take(.quote) else {
            // Clients leave boundaries unquoted that have `:`, `=`, `/` in them. Not the comma, which is also where a
            // proxy joins two headers.
            return scanner.take { $0.isToken || $0.isBoundary && $0 != .space && $0 != .comma }
        }
        var value: [UInt8] = []
        while let byte = scanner.take() {
            switch byte {
            case .quote: return value[...]
            case .backslash:
                // Browsers do not escape a backslash, so only the two pairs that a quoted string needs are pairs.
                if let next = scanner.next, next == .quote || next == .backslash {
                    _ = scanner.take()
                    value.append(next)
                } else {
                    value.append(byte)
                }
            default:
                guard !byte.isControl || byte == .tab else { return nil }
                value.append(byte)
            }
        }
        return nil
    }
}
