/// Writes the blocks of a page as HTML. What is text there is text here: nothing of it can become markup.
struct MarkdownHTML {
    private let address: DeploymentAddress
    private var html = ""
    private var choices = 0
    private var samples = 0

    private init(_ address: DeploymentAddress) {
        self.address = address
    }

    static func html(_ blocks: [Markdown.Block], at address: DeploymentAddress) -> String {
        var writer = MarkdownHTML(address)
        for block in blocks { writer.write(block) }
        return writer.html
    }

    /// Text for an element or a quoted attribute, with the deployment's address in it.
    static func text(_ text: String, at address: DeploymentAddress) -> String {
        PageText.escape(address.fill(text))
    }

    /// Without markup, for a list of headings.
    static func words(_ inlines: [Markdown.Inline]) -> String {
        inlines.map { inline in
            switch inline {
            case .text(let words), .code(let words): words
            case .strong(let inner), .link(let inner, _): words(inner)
            }
        }.joined()
    }

    private func text(_ text: String) -> String { MarkdownHTML.text(text, at: address) }

    private mutating func write(_ block: Markdown.Block) {
        switch block {
        case .heading(let level, let id, let inlines):
            let words = text(inlines)
            html += """
                <h\(level) id="\(id)">\(words) <a class="anchor" href="#\(id)"><span aria-hidden="true">#</span>\
                <span class="visually-hidden">Link to this section</span></a></h\(level)>

                """
        case .paragraph(let inlines): html += "<p>\(text(inlines))</p>\n"
        case .note(let inlines): html += "<p class=\"note\">\(text(inlines))</p>\n"
        case .list(let isOrdered, let items):
            let tag = isOrdered ? "ol" : "ul"
            html += "<\(tag)>\n\(items.map { "<li>\(text($0))</li>\n" }.joined())</\(tag)>\n"
        case .table(let header, let rows): write(header, rows)
        case .code(let all): write(all)
        case .tryIt(let form): write(form)
        }
    }

    private func text(_ inlines: [Markdown.Inline]) -> String {
        inlines.map { inline in
            switch inline {
            case .text(let words): text(words)
            // A long name may go on in the next line of a narrow table, but not in the middle of a word.
            case .code(let code): "<code>\(text(code).replacing("_", with: "_<wbr>"))</code>"
            case .strong(let inner): "<strong>\(text(inner))</strong>"
            case .link(let inner, let target): "<a href=\"\(text(DocsPage.href(of: target)))\">\(text(inner))</a>"
            }
        }.joined()
    }

    private mutating func write(_ header: [[Markdown.Inline]], _ rows: [[[Markdown.Inline]]]) {
        html += "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>"
        html += header.map { $0.isEmpty ? "<td></td>" : "<th scope=\"col\">\(text($0))</th>" }.joined()
        html += "</tr></thead>\n<tbody>\n"
        for row in rows {
            html += "<tr>\(row.map { "<td>\(text($0))</td>" }.joined())</tr>\n"
        }
        html += "</tbody>\n</table></div>\n"
    }

    /// One piece as it is; of several, the one whose radio button is checked, which needs no script.
    private mutating func write(_ all: [Markdown.Sample]) {
        guard all.count > 1 else {
            for sample in all { write(sample) }
            return
        }
        choices += 1
        let isAnswer = all.allSatisfy { $0.language == "json" }
        let legend = isAnswer ? "Answer" : "Language"
        html += "<fieldset class=\"choice\"><legend class=\"visually-hidden\">\(legend)</legend>\n"
        for (number, sample) in all.enumerated() {
            let id = "choice-\(choices)-\(number + 1)"
            let title = text(sample.title ?? sample.language)
            html += """
                <input type="radio" name="choice-\(choices)" id="\(id)" value="\(title)"\(number == 0 ? " checked" : "")>\
                <label for="\(id)">\(title)</label>

                """
        }
        for sample in all {
            html += "<div class=\"panel\">"
            write(sample)
            html += "</div>\n"
        }
        html += "</fieldset>\n"
    }

    private mutating func write(_ sample: Markdown.Sample) {
        samples += 1
        let title = sample.title.map { " data-title=\"\(text($0))\"" } ?? ""
        let id = "sample-\(samples)"
        html += """
            <div class="sample"><pre tabindex="0"><code id="\(id)" class="language-\(sample.language)"\(title)>\
            \(text(sample.text))</code></pre>\
            <button type="button" class="copy" data-copy="\(id)" hidden>Copy</button></div>

            """
    }

    /// By POST, though a script sends it: whatever else may send it never puts a password into an address.
    private mutating func write(_ form: TryForm) {
        let name = form.rawValue
        let path = text(address.basePath + form.path)
        html += """
            <form class="card try" method="post" action="\(path)" data-method="\(form.method)" data-kind="\(name)" hidden>
            <p class="request"><strong>\(form.method)</strong> <code>\(path)</code></p>

            """
        if form.takesCredentials {
            html += field(name, "email", "E-mail", "type=\"email\" autocomplete=\"username\" required")
            html += field(name, "password", "Password", "type=\"password\" autocomplete=\"off\" required")
        } else {
            html += field(name, "token", "Token", "type=\"password\" autocomplete=\"off\" required")
        }
        html += """
            <p class="actions"><button>Send the request</button></p>
            <p class="outcome" role="status"></p>
            <pre tabindex="0" hidden></pre>
            </form>
            <noscript><p class="note">Trying it from this page needs JavaScript. The cURL sample above sends the same.</p>
            </noscript>

            """
    }

    private func field(_ form: String, _ name: String, _ label: String, _ attributes: String) -> String {
        let id = "try-\(form)-\(name)"
        return """
            <p class="field"><label for="\(id)">\(label)</label><input id="\(id)" name="\(name)" \(attributes)></p>

            """
    }
}
