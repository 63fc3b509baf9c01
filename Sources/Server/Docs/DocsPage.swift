import EmbeddedFiles

/// The pages of the developer centre, in the order of reading; each is a file of `EmbeddedFiles/Files/docs`.
enum DocsPage: String, CaseIterable, Sendable {
    case index
    case generateAToken = "generate-a-token"
    case basicAuth = "basic-auth"
    case renewAToken = "renew-a-token"
    case statusAndRevocation = "status-and-revocation"
    case serviceAccounts = "service-accounts"
    case oauthClients = "oauth-clients"
    case guardAnAPI = "guard-an-api"
    case errors
    case reference

    /// The chapters of the list of pages.
    static let chapters: [(title: String, pages: [DocsPage])] = [
        ("Tokens", [.index, .generateAToken, .basicAuth, .renewAToken, .statusAndRevocation]),
        ("Programs and APIs", [.serviceAccounts, .oauthClients, .guardAnAPI]),
        ("To look up", [.errors, .reference]),
    ]

    var path: String { self == .index ? SiteMap.docs : SiteMap.docsSubtree + rawValue }
    var markdownPath: String { SiteMap.docsSubtree + rawValue + ".md" }

    /// Of the path of a page; nil where there is none.
    init?(path: String) {
        guard let page = DocsPage.allCases.first(where: { $0.path == path }) else { return nil }
        self = page
    }

    /// Of the path of a page's Markdown; nil where there is none.
    init?(markdownPath: String) {
        guard let page = DocsPage.allCases.first(where: { $0.markdownPath == markdownPath }) else { return nil }
        self = page
    }

    /// What a link of a page means here: the pages name each other as the files do.
    static func href(of target: String) -> String {
        let file = target.prefix { $0 != "#" }
        guard file.hasSuffix(".md"), let page = DocsPage(rawValue: String(file.dropLast(3))) else { return target }
        return page.path + target.dropFirst(file.count)
    }

    /// The page as it lies in the binary.
    var text: String { file?.text ?? "" }

    /// Of the first line, without reading the rest.
    var title: String {
        guard let bytes = file?.bytes else { return "" }
        return String(decoding: bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private var file: EmbeddedFolder.File? { EmbeddedFolder.docs.first { $0.stem == rawValue } }
}
