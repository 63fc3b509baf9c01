import Testing

@testable import Server

/// The subset of Markdown that the developer centre's pages are written in.
struct MarkdownTests {
    private let address = DeploymentAddress(url: "http://127.0.0.1:8080", basePath: "/api/1.1/wf")

    private func html(_ body: String) throws -> String {
        MarkdownHTML.html(try Markdown("# Title\n\n\(body)\n").blocks, at: address)
    }

    @Test(arguments: [
        ("Two\nlines.", "<p>Two\nlines.</p>\n"),
        ("A `code|x` and **bold `b`**.", "<p>A <code>code|x</code> and <strong>bold <code>b</code></strong>.</p>\n"),
        ("[Errors](errors.md#all)", "<p><a href=\"/docs/errors#all\">Errors</a></p>\n"),
        ("[Start](index.md)", "<p><a href=\"/docs\">Start</a></p>\n"),
        ("[Log in](/login), [up](#top)", "<p><a href=\"/login\">Log in</a>, <a href=\"#top\">up</a></p>\n"),
        ("> Mind\n> this.", "<p class=\"note\">Mind\nthis.</p>\n"),
        ("- one\n- two\n  more", "<ul>\n<li>one</li>\n<li>two\nmore</li>\n</ul>\n"),
        ("1. one\n2. two", "<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n"),
        ("5 > 3 & \"x\" 'y'", "<p>5 &gt; 3 &amp; &quot;x&quot; &#39;y&#39;</p>\n"),
    ])
    func `what a page uses becomes HTML`(_ markdown: String, _ expected: String) throws {
        #expect(try html(markdown) == expected)
    }

    @Test func `a heading can be linked to`() throws {
        let html = try html("## All of `them`, 2")
        let heading = "<h2 id=\"all-of-them-2\">All of <code>them</code>, 2 "
        #expect(html.hasPrefix(heading + "<a class=\"anchor\" href=\"#all-of-them-2\">"))
    }

    @Test func `a table has heads, and a bar of its own when it is escaped`() throws {
        let html = try html("| a | b |\n|---|---|\n| `x\\|y` |  |")
        #expect(html.contains("<th scope=\"col\">a</th><th scope=\"col\">b</th>"))
        #expect(html.contains("<tr><td><code>x|y</code></td><td></td></tr>"))
    }

    @Test func `pieces of code with titles are a choice, one alone is none`() throws {
        let piece = { (title: String) in "```sh\(title)\nls <x> \"$A\"\n```" }
        let code = "ls &lt;x&gt; &quot;$A&quot;\n"
        let alone = try html(piece(""))
        #expect(alone.contains(">\(code)</code>") && !alone.contains("radio"))
        let two = try html(piece(" title=\"A\"") + "\n\n" + piece(" title=\"B\""))
        #expect(two.matches(of: #/<input type="radio"/#).count == 2)
        #expect(two.matches(of: #/ checked>/#).count == 1)
        #expect(two.matches(of: #/<div class="panel">/#).count == 2)
        let answers = "\n\n```json title=\"200\"\n1\n```\n\n```json title=\"400\"\n2\n```"
        let both = try html(piece(" title=\"A\"") + "\n\n" + piece(" title=\"B\"") + answers)
        #expect(both.matches(of: #/<fieldset/#).count == 2)
        #expect(two.contains("<label for=\"choice-1-2\">B</label>") && two.contains("data-title=\"B\""))
    }

    @Test(arguments: [
        "<b>x</b>", "a &amp; b", "![x](y)", "*one*", "`open", "**open", "[x](y", "[x]", "[x](y z)", "a \\* b",
        "  indented", "\ttab", "* star", "+ plus", "---", "Head\n===", "#### four", "# one more", "##none",
        "text\n- item", "- item\ntext", "text\n```sh\nls\n```", "```\nno language\n```", "```sh\nno end",
        "```sh name=\"x\"\nls\n```", "| a |\n|---|", "| a | b |\n|---|---|\n| c |", "| a |\n|:--|\n| b |",
        "| a\n|---|\n| b |", "> a\nb", "<!-- try: nothing -->", "<!-- note -->", "ends in blanks  \nhere",
        "## Same\n\n## Same",
    ])
    func `what is outside of the subset is an error, never a guess`(_ markdown: String) {
        #expect(throws: Markdown.Failure.self) { try html(markdown) }
    }

    @Test func `an error names its line`() {
        #expect(throws: Markdown.Failure(line: 5, what: "the character < outside of code")) {
            try html("One.\n\nTwo <b>.")
        }
    }

    @Test func `a page begins with its title`() {
        #expect(throws: Markdown.Failure.self) { try Markdown("Text.\n") }
        #expect(throws: Markdown.Failure.self) { try Markdown("## Title\n") }
    }

    @Test func `a page says the deployment's own address, as text and nothing else`() throws {
        let sample = "```sh\ncurl 'http://127.0.0.1:8080/api/1.1/wf/x'\n```"
        let markdown = "# T\n\nAt `POST /api/1.1/wf/x`.\n\n\(sample)\n\n<!-- try: generate -->\n"
        let blocks = try Markdown(markdown).blocks
        let own = MarkdownHTML.html(blocks, at: DeploymentAddress(url: "https://auth.example.com", basePath: "/v2"))
        #expect(own.contains("<code>POST /v2/x</code>") && own.contains("curl &#39;https://auth.example.com/v2/x&#39;"))
        #expect(own.contains("action=\"/v2/api-token-generate\""))
        let hostile = "\"><script>alert('`**')</script>"
        let html = MarkdownHTML.html(blocks, at: DeploymentAddress(url: "https://x\(hostile)", basePath: "/\(hostile)"))
        #expect(!html.contains("<script") && !html.contains("alert('"))
        #expect(html.contains("&quot;&gt;&lt;script&gt;"))
    }
}
