/// Takes a page apart, line by line.
struct MarkdownReader {
    private let lines: [Substring]
    private var position = 0
    private var ids: Set<String> = []

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    mutating func blocks() throws(Markdown.Failure) -> [Markdown.Block] {
        var blocks: [Markdown.Block] = []
        while let line {
            if line.isEmpty { position += 1 } else { blocks.append(try block(line)) }
        }
        return blocks
    }

    private var line: Substring? { position < lines.count ? lines[position] : nil }

    private func failure(_ what: String) -> Markdown.Failure {
        Markdown.Failure(line: position + 1, what: what)
    }

    private mutating func block(_ line: Substring) throws(Markdown.Failure) -> Markdown.Block {
        let block: Markdown.Block
        let start = position + 1
        if line.hasPrefix("#") {
            block = try heading(line)
        } else if line.hasPrefix("```") {
            block = try samples()
        } else if line.hasPrefix("|") {
            block = try table()
        } else if line.hasPrefix("> ") {
            let lines = take { $0.hasPrefix("> ") }.map { $0.dropFirst(2) }
            block = .note(try inlines(lines, line: start))
        } else if line.hasPrefix("- ") {
            block = try list(marker: "- ") { $0.hasPrefix("- ") ? 2 : nil }
        } else if line.hasPrefix("1. ") {
            block = try list(marker: "1. ") { line in
                let digits = line.prefix { $0.isWholeNumber }
                return !digits.isEmpty && line.dropFirst(digits.count).hasPrefix(". ") ? digits.count + 2 : nil
            }
        } else if line.hasPrefix("<!-- try: "), line.hasSuffix(" -->") {
            guard let form = TryForm(rawValue: String(line.dropFirst(10).dropLast(4))) else {
                throw failure("no such form to try")
            }
            position += 1
            block = .tryIt(form)
        } else {
            let lines = take { !$0.isEmpty }
            block = .paragraph(try inlines(lines, line: start))
        }
        guard self.line?.isEmpty ?? true else { throw failure("two blocks without an empty line between them") }
        return block
    }

    private mutating func take(while isPart: (Substring) -> Bool) -> [Substring] {
        let start = position
        while let line, isPart(line) { position += 1 }
        return Array(lines[start..<position])
    }

    private mutating func heading(_ line: Substring) throws(Markdown.Failure) -> Markdown.Block {
        let level = line.prefix { $0 == "#" }.count
        let text = line.dropFirst(level + 1)
        guard level <= 3, (level == 1) == (position == 0), line.dropFirst(level).hasPrefix(" "), !text.isEmpty else {
            throw failure("a heading is of the second or third level; the title is the first line")
        }
        let words = text.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        let id = words.joined(separator: "-")
        guard ids.insert(id).inserted else { throw failure("a second heading of this name") }
        let inlines = try MarkdownInlines(text, line: position + 1).all()
        position += 1
        return .heading(level: level, id: id, inlines)
    }

    /// `line` is the number of the first.
    private func inlines(_ lines: [Substring], line: Int) throws(Markdown.Failure) -> [Markdown.Inline] {
        let trouble = lines.first { line in
            [" ", "\t", "#", "```", "|", ">", "- ", "* ", "+ ", "1. ", "---", "==="].contains(where: line.hasPrefix)
                || line.hasSuffix("  ")
        }
        guard trouble == nil else {
            throw Markdown.Failure(line: line, what: "a line that begins like another block, or ends in blanks")
        }
        return try MarkdownInlines(lines.joined(separator: "\n")[...], line: line).all()
    }

    /// `width` is how long a line's marker is, if it has one; lines without begin with that many blanks.
    private mutating func list(marker: String, width: (Substring) -> Int?) throws(Markdown.Failure) -> Markdown.Block {
        var items: [[Markdown.Inline]] = []
        while let line, let count = width(line) {
            position += 1
            let start = position
            let indent = String(repeating: " ", count: count)
            let rest = take { $0.hasPrefix(indent) }.map { $0.dropFirst(count) }
            items.append(try inlines([line.dropFirst(count)] + rest, line: start))
        }
        return .list(isOrdered: marker != "- ", items)
    }

    private mutating func table() throws(Markdown.Failure) -> Markdown.Block {
        let lines = take { $0.hasPrefix("|") }
        let rows = try lines.map { line throws(Markdown.Failure) in try cells(line) }
        guard rows.count > 2, rows.allSatisfy({ $0.count == rows[0].count }),
            rows[1].allSatisfy({ $0 == [.text("---")] })
        else { throw failure("a table is a row of heads, one of |---| and rows of as many cells") }
        return .table(header: rows[0], rows: Array(rows.dropFirst(2)))
    }

    private func cells(_ line: Substring) throws(Markdown.Failure) -> [[Markdown.Inline]] {
        guard line.hasSuffix("|"), line.count > 1 else { throw failure("a row of a table ends in a bar") }
        // A bar of a cell's own is written `\|`.
        let escaped = line.dropFirst().dropLast().replacing("\\|", with: "\u{0}")
        let cells = escaped.split(separator: "|", omittingEmptySubsequences: false)
        return try cells.map { cell throws(Markdown.Failure) in
            let text = cell.replacing("\u{0}", with: "|").drop { $0 == " " }
            return try MarkdownInlines(text.droppingLastBlanks, line: position).all()
        }
    }

    private mutating func samples() throws(Markdown.Failure) -> Markdown.Block {
        var samples: [Markdown.Sample] = []
        while let line, line.hasPrefix("```") {
            let sample = try sample(line)
            samples.append(sample)
            guard sample.title != nil else { break }
            // Only what is meant to be chosen from stands side by side: programs, or the answers to them.
            let isAnswer = sample.language == "json"
            if position + 1 < lines.count, lines[position].isEmpty, lines[position + 1].hasPrefix("```"),
                lines[position + 1].contains(" title="), lines[position + 1].hasPrefix("```json ") == isAnswer
            {
                position += 1
            }
        }
        return .code(samples)
    }

    private mutating func sample(_ line: Substring) throws(Markdown.Failure) -> Markdown.Sample {
        let info = line.dropFirst(3).split(separator: " ", maxSplits: 1)
        guard let language = info.first, language.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            throw failure("a piece of code names its language")
        }
        var title: String?
        if info.count == 2 {
            guard info[1].hasPrefix("title=\""), info[1].hasSuffix("\""), info[1].count > 8 else {
                throw failure("all that may follow a language is title=\"…\"")
            }
            title = String(info[1].dropFirst(7).dropLast())
        }
        position += 1
        let text = take { !$0.hasPrefix("```") }
        guard self.line == "```" else { throw failure("a piece of code that has no end") }
        position += 1
        return Markdown.Sample(language: String(language), title: title, text: text.joined(separator: "\n") + "\n")
    }
}

extension Substring {
    fileprivate var droppingLastBlanks: Substring {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return self[...last]
    }
}
