/// A page of the developer centre: the few constructs of Markdown that its pages use, and nothing else.
///
/// What lies outside of them is an error with its line, never a guess: a page that reads well as Markdown reads the same
/// as HTML, or a test says where it does not.
struct Markdown: Sendable {
    enum Block: Equatable, Sendable {
        case heading(level: Int, id: String, [Inline])
        case paragraph([Inline])
        case list(isOrdered: Bool, [[Inline]])
        case table(header: [[Inline]], rows: [[[Inline]]])
        /// One piece of code, or several of which a reader wants one: fences that follow each other, each with a title.
        case code([Sample])
        case note([Inline])
        case tryIt(TryForm)
    }

    enum Inline: Equatable, Sendable {
        case text(String)
        case code(String)
        case strong([Inline])
        case link([Inline], to: String)
    }

    struct Sample: Equatable, Sendable {
        let language: String
        let title: String?
        /// With the line feed of its last line.
        let text: String
    }

    /// The construct that is not one of ours, and where.
    struct Failure: Error, Equatable {
        let line: Int
        let what: String
    }

    let title: String
    /// All but the title.
    let blocks: [Block]

    init(_ text: String) throws(Failure) {
        var reader = MarkdownReader(text)
        let blocks = try reader.blocks()
        guard case .heading(level: 1, _, let inlines)? = blocks.first, case .text(let title)? = inlines.first,
            inlines.count == 1
        else { throw Failure(line: 1, what: "the first line is no title") }
        self.title = title
        self.blocks = Array(blocks.dropFirst())
    }
}
