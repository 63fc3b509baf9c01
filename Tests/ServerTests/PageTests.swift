import EmbeddedFiles
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Server

/// The dress of all pages: layout, header fields, errors, assets.
@Suite(.timeLimit(.minutes(5)))
struct PageTests {
    private let html = ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"]

    private static let files = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/EmbeddedFiles/Files")

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Self.files.appending(path: folder).path).sorted()
    }

    private func request(_ path: String = "/login") -> Request {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: path)
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    @Test func `every template and asset of the folder is in the binary`() throws {
        #expect(EmbeddedFolders.templates.sorted() == (try names(in: "templates")))
        #expect(EmbeddedFolders.assets.sorted() == (try names(in: "assets")))
    }

    @Test func `every template can be parsed and every partial is there`() throws {
        let templates = Templates()
        for name in EmbeddedFolders.templates {
            let stem = name.replacing(".mustache", with: "")
            _ = try templates.render(stem, with: [:])
            let text = try String(contentsOf: Self.files.appending(path: "templates/\(name)"), encoding: .utf8)
            for partial in text.matches(of: #/\{\{[<>] *([^ }]+) *\}\}/#).map(\.1) {
                #expect(EmbeddedFolders.templates.contains("\(partial).mustache"), "\(name) wants \(partial)")
            }
        }
    }

    @Test(arguments: [
        #"<script>"#, #""><b>"#, #"'x"#, "\"\u{301} onfocus=x", "<\u{301}b>", "'\u{20DD}", "&\u{200D}lt;",
    ])
    func `what people typed stays text`(_ typed: String) async throws {
        let page = Page("T", template: "error", content: ["heading": typed, "href": typed])
        let text = try await Pages().response(page, to: request()).text()
        for mark in ["<", "\"", "'"] where typed.unicodeScalars.contains(mark.unicodeScalars.first ?? " ") {
            #expect(!Array(text.utf8).contains(Array(typed.utf8)), "\(mark)")
        }
        let escaped = typed.unicodeScalars.map { scalar in
            ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;"][scalar] ?? String(scalar)
        }.joined()
        #expect(Array(text.utf8).contains(Array("<h1>\(escaped)</h1>".utf8)))
        #expect(Array(text.utf8).contains(Array("href=\"\(escaped)\"".utf8)))
    }

    @Test func `a page lets run what is its own and nothing else`() async throws {
        let response = try Pages().response(Page("T", template: "error"), to: request())
        let text = try await response.text()
        let policy = try #require(response.headers[.contentSecurityPolicy])
        let nonce = try #require(policy.firstMatch(of: #/script-src 'self' 'nonce-([0-9a-z]{20,})'/#)).1
        for rule in ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
            #expect(policy.contains(rule))
        }
        #expect(!policy.contains("unsafe"))
        #expect(response.headers[.referrerPolicy] == "no-referrer")
        #expect(response.headers[.crossOriginOpenerPolicy] == "same-origin")
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(text.contains("nonce=\"\(nonce)\""))
        #expect(!text.contains("style=") && !text.contains("<style") && !text.contains("onclick"))
        let other = try Pages().response(Page("T", template: "error"), to: request())
        #expect(other.headers[.contentSecurityPolicy] != policy)
    }

    @Test func `a browser gets errors as pages, a program as JSON`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let page = try await server.answer("GET", "/nothing-here", html)
            #expect(page.status == 404)
            #expect(page["content-type"] == "text/html; charset=utf-8")
            #expect(page["cache-control"] == "no-store")
            #expect(page["x-content-type-options"] == "nosniff")
            #expect(page["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(page["access-control-allow-origin"] == nil)
            #expect(page.body.contains("<h1>This page is not here</h1>"))
            #expect(try await server.answer("GET", "/nothing-here").reason == "NOT_FOUND")
            #expect(try await server.answer("GET", "/api/1.1/wf/x", html).reason == "NOT_FOUND")
            #expect(try await server.answer("GET", "/api/1.1/wf/api-token-status", html).reason == "UNAUTHORIZED")
            let method = try await server.answer("DELETE", "/", html)
            #expect(method.status == 405)
            #expect(method["allow"] == "GET, HEAD")
            #expect(method.body.contains("<h1>"))
        }
    }

    @Test func `assets are kept for ever under the name of their content, and nothing else is there`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let page = try await server.answer("GET", "/nothing-here", html)
            let paths = page.body.matches(of: #/"(/assets/[^"]+)"/#).map { String($0.1) }
            #expect(Set(paths).count == EmbeddedFolders.assets.count)
            for path in paths {
                let asset = try await server.answer("GET", path)
                #expect(asset.status == 200)
                #expect(asset["cache-control"] == "public, max-age=31536000, immutable")
                #expect(asset["x-content-type-options"] == "nosniff")
                #expect(asset["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(try await server.answer("HEAD", path).status == 200)
            }
            #expect(paths.contains { $0.contains(#/^/assets/latchkey\.[0-9a-f]{16}\.css$/#) })
            for path in ["/assets/latchkey.css", "/assets/", "/assets/../login", "/assets/layout.mustache"] {
                #expect(try await server.answer("GET", path).status == 404)
            }
        }
    }

    @Test func `pages are no part of the API even when that has the root for its base`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) {
            $0.basePath = ""
        } _: { server in
            let answer = try await server.answer("GET", "/")
            #expect(answer.status == 303)
            #expect(answer["access-control-allow-origin"] == nil)
            #expect(try await server.answer("GET", "/api-token-status").reason == "UNAUTHORIZED")
        }
    }
}

private enum EmbeddedFolders {
    static var templates: [String] { EmbeddedFolder.templates.map(\.name) }
    static var assets: [String] { EmbeddedFolder.assets.map(\.name) }
}
