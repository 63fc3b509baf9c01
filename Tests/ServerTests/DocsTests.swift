import Auth
import EmbeddedFiles
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import Server

/// The developer centre as it is served.
@Suite(.timeLimit(.minutes(5)))
struct DocsTests {
    private static let files = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/EmbeddedFiles/Files/docs")

    @Test func `every page of the folder is in the binary, in the list of pages and in the navigation`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.files.path).sorted()
        #expect(EmbeddedFolder.docs.map(\.name).sorted() == names)
        #expect(DocsPage.allCases.map { "\($0.rawValue).md" }.sorted() == names)
        #expect(DocsPage.chapters.flatMap(\.pages) == DocsPage.allCases)
    }

    @Test(arguments: DocsPage.allCases)
    func `a page is served whole, with the fields of all pages and below 60 KB`(_ page: DocsPage) async throws {
        let document = try Markdown(page.text)
        #expect(page.title == document.title)
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let answer = try await server.answer("GET", page.path)
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/html; charset=utf-8")
            #expect(answer["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(answer.body.contains("<h1>\(document.title)</h1>"))
            #expect(answer.body.contains("aria-current=\"page\">\(document.title)</a>"))
            #expect(answer.body.utf8.count < 60_000)
            #expect(!answer.body.contains("style=\"") && !answer.body.contains("onclick"))
        }
    }

    @Test func `a page carries the public address and the base path, not the Host header`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(
            seed,
            { configuration in
                configuration.publicURL = "https://tokens.example.com"
                configuration.basePath = "/v2"
            },
            { server in
                for path in ["/docs/generate-a-token", "/docs/generate-a-token.md"] {
                    let body = try await server.answer("GET", path).body
                    #expect(body.contains("https://tokens.example.com/v2/api-token-generate"))
                    #expect(!body.contains("127.0.0.1") && !body.contains("/api/1.1/wf") && !body.contains("//a/"))
                }
            }
        )
    }

    @Test func `a page that is asked for before the address is known does not stay without it`() async throws {
        let issuer = Issuer(nil)
        let routes = DocsRoutes(pages: Pages(), basePath: "/api/1.1/wf", issuer: issuer)
        let head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: "/docs")
        let source = ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: .silent)
        func page() async throws -> String {
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            return try await routes.answer(request, EdgeRequestContext(source: source)).text()
        }
        #expect(!(try await page().contains("http://127.0.0.1")))
        issuer.listens(at: "http://127.0.0.1:1")
        #expect(try await page().contains("http://127.0.0.1:1/api/1.1/wf/api-token-generate"))
    }

    @Test func `without a public address a page carries the one listened on`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let body = try await server.answer("GET", "/docs").body
            #expect(body.contains("http://127.0.0.1:\(server.port)/api/1.1/wf/api-token-generate"))
        }
    }

    @Test(arguments: DocsPage.allCases)
    func `a page is there as Markdown, as its file but for the address`(_ page: DocsPage) async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let answer = try await server.answer("GET", page.markdownPath)
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/markdown; charset=utf-8")
            let file = try String(contentsOf: Self.files.appending(path: "\(page.rawValue).md"), encoding: .utf8)
            #expect(answer.body == file.replacing("http://127.0.0.1:8080", with: "http://127.0.0.1:\(server.port)"))
        }
    }

    @Test(arguments: [
        "/docs/", "/docs/index", "/docs/nothing", "/docs/errors/", "/docs/errors.html", "/docs.md",
        "/docs/../openapi.yaml", "/docs/Errors", "/docs/errors.md.md", "/docs//errors", "/docs/%65rrors",
    ])
    func `no other path is a page`(_ path: String) async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let answer = try await server.answer("GET", path)
            #expect(answer.status == 404)
        }
    }

    @Test func `every reason stands on the page of errors with its status`() throws {
        let text = DocsPage.errors.text
        for reason in ErrorReason.allCases {
            #expect(text.contains("| \(reason.status) | `\(reason.rawValue)` | "), "\(reason)")
        }
    }

    /// Those that take a flood or a failing store; the live tests compare the others with what a server answers.
    @Test(arguments: [ErrorResponse(.tooManyAttempts(retryAfterSeconds: 1)), .unavailable])
    func `a refusal on the page of errors is the one that is answered`(_ error: ErrorResponse) {
        let shown = """
            {
              "statusCode": \(error.reason.status),
              "reason": "\(error.reason.rawValue)",
              "message": "\(error.message)"
            }
            """
        #expect(DocsPage.errors.text.contains(shown))
    }

    @Test func `the status page says whether the server is ready, and is no cache's to keep`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let answer = try await server.answer("GET", "/status")
            #expect(answer.status == 200)
            #expect(answer["cache-control"] == "no-store")
            #expect(answer.body.contains("<h1 id=\"state\">Ready</h1>"))
            #expect(answer.body.contains("Ready since</dt>"))
        }
    }

    @Test func `the status page says in words that the server is not ready, and since when`() async throws {
        let readiness = Readiness { throw AuthError.unavailable("no disk") }
        let since = Timestamp(milliseconds: 1_767_225_600_000)
        let state = Readiness.State(isReady: false, since: since, checkedAt: since.advanced(bySeconds: 90))
        let page = StatusPage(pages: Pages(), readiness: readiness).page(state)
        let html = try Templates().render(page.template, with: page.content)
        #expect(page.title == "Not ready")
        #expect(html.contains("<h1 id=\"state\">Not ready</h1>") && html.contains("Not ready since</dt>"))
        #expect(html.contains("datetime=\"2026-01-01T00:00:00.000Z\">1 January 2026, 00:00 UTC</time>"))
        #expect(
            html.contains("datetime=\"2026-01-01T00:01:30.000Z\">1 January 2026, 00:01 UTC")
                && !html.contains("no disk")
        )
    }
}
