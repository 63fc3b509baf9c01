/// Reads the text of one block.
struct MarkdownInlines {
    private let text: Substring
    private let line: Int

    init(_ text: Substring, line: Int) {
        self.text = text
        self.line = line
    }

    func all() throws(Markdown.Failure) -> [Markdown.Inline] {
        var inlines: [Markdown.Inline] = []
        var plain = ""
        var rest = text
        while let first = rest.first {
            guard let length = try special(rest, first, &inlines, &plain) else {
                plain.append(first)
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(length)
        }
        if !plain.isEmpty { inlines.append(.text(plain)) }
        return inlines
    }

    /// Reads what begins with a mark, and says how long it is; nil where `first` is an ordinary character.
    private func special(
        _ rest: Substring,
        _ first: Character,
        _ inlines: inout [Markdown.Inline],
        _ plain: inout String
    ) throws(Markdown.Failure) -> Int? {
        let inline: Markdown.Inline
        let length: Int
        switch first {
        case "`":
            let code = try content(rest.dropFirst(), upTo: "`", "code")
            inline = .code(String(code))
            length = code.count + 2
        case "*":
            guard rest.hasPrefix("**") else { throw failure("a single asterisk") }
            let inner = try content(rest.dropFirst(2), upTo: "**", "strong text")
            inline = .strong(try MarkdownInlines(inner, line: line).all())
            length = inner.count + 4
        case "[":
            let words = try content(rest.dropFirst(), upTo: "](", "a link")
            let address = try content(rest.dropFirst(words.count + 3), upTo: ")", "a link")
            guard !words.contains("["), !address.contains(where: \.isWhitespace) else {
                throw failure("a link within a link, or an address with blanks")
            }
            inline = .link(try MarkdownInlines(words, line: line).all(), to: String(address))
            length = words.count + address.count + 4
        case "<", "\\", "]": throw failure("the character \(first) outside of code")
        case "&" where rest.wholeMatch(of: #/&#?[A-Za-z0-9]+;.*/#.dotMatchesNewlines()) != nil:
            throw failure("a character by its HTML name")
        case "!" where rest.hasPrefix("!["): throw failure("a picture")
        default: return nil
        }
        if !plain.isEmpty { inlines.append(.text(plain)) }
        plain = ""
        inlines.append(inline)
        return length
    }

    private func content(_ rest: Substring, upTo end: String, _ what: String) throws(Markdown.Failure) -> Substring {
        guard let range = rest.firstRange(of: end), range.lowerBound > rest.startIndex else {
            throw failure("\(what) that is empty or has no end")
        }
        return rest[..<range.lowerBound]
    }

    private func failure(_ what: String) -> Markdown.Failure {
        Markdown.Failure(line: line, what: what)
    }
}
