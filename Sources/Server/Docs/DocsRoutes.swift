import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// `/docs`: the developer centre. Each page is put together when it is first asked for, and kept; there are ten of them.
final class DocsRoutes: Sendable {
    /// A page as it is shown inside the layout.
    private struct Article: Sendable {
        let title: String
        let content: [String: any Sendable]
    }

    private let pages: Pages
    private let basePath: String
    private let issuer: Issuer
    private let articles = Mutex<[DocsPage: Article]>([:])

    init(pages: Pages, basePath: String, issuer: Issuer) {
        self.pages = pages
        self.basePath = basePath
        self.issuer = issuer
    }

    /// `GET /docs`, `GET /docs/PAGE` and `GET /docs/PAGE.md`.
    func answer(_ request: Request, _ context: EdgeRequestContext) async throws -> Response {
        if let page = DocsPage(path: request.uri.path) {
            let article = try article(page)
            return try pages.response(Page(article.title, template: "docs", content: article.content), to: request)
        }
        guard let page = DocsPage(markdownPath: request.uri.path) else { throw ErrorResponse.notFound }
        return Response(
            status: .ok,
            headers: [.contentType: "text/markdown; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: address.fill(page.text)))
        )
    }

    private var address: DeploymentAddress { DeploymentAddress(url: issuer.url, basePath: basePath) }

    private func article(_ page: DocsPage) throws -> Article {
        if let article = articles.withLock({ $0[page] }) { return article }
        let address = address
        let article = try makeArticle(page, at: address)
        // Without the address, which is known when all ports are, it serves one answer alone.
        guard !address.url.isEmpty else { return article }
        articles.withLock { $0[page] = article }
        return article
    }

    private func makeArticle(_ page: DocsPage, at address: DeploymentAddress) throws -> Article {
        let all = DocsPage.allCases
        let document = try Markdown(page.text)
        func link(_ other: DocsPage?) -> [String: any Sendable]? {
            other.map { ["title": $0.title, "href": $0.path] }
        }
        let position = all.firstIndex(of: page) ?? 0
        let chapters = DocsPage.chapters.map { chapter -> [String: any Sendable] in
            let links = chapter.pages.map { other -> [String: any Sendable] in
                var link: [String: any Sendable] = ["title": other.title, "href": other.path]
                if other == page {
                    link["current"] = true
                    link["sections"] = ["all": sections(document)]
                }
                return link
            }
            return ["title": chapter.title, "pages": links]
        }
        var content: [String: any Sendable] = [
            "title": document.title,
            "chapters": chapters,
            "markdown": page.markdownPath,
            "article": MarkdownHTML.html(document.blocks, at: address),
        ]
        content["previous"] = link(position > 0 ? all[position - 1] : nil)
        content["next"] = link(position + 1 < all.count ? all[position + 1] : nil)
        return Article(title: document.title, content: content)
    }

    private func sections(_ document: Markdown) -> [[String: any Sendable]] {
        document.blocks.compactMap { block in
            guard case .heading(level: 2, let id, let inlines) = block else { return nil }
            return ["id": id, "title": MarkdownHTML.words(inlines)]
        }
    }
}
