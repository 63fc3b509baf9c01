import Auth
import Foundation
import Testing

@testable import Server

/// The description is written by hand: here it is held against the routes, by the live tests against the answers.
@Suite(.timeLimit(.minutes(5)))
struct OpenAPITests {
    private func document(_ configure: (inout ServerConfiguration) -> Void = { _ in }) -> String {
        var configuration = ServerConfiguration()
        configure(&configuration)
        return OpenAPIDocument(configuration).text
    }

    /// `METHOD /path` of each operation, by the document's indentation.
    private func operations(_ document: String) throws -> [String] {
        let section = try #require(document.firstMatch(of: #/\npaths:\n((?: .*\n)+)/#)).1
        var path = ""
        var operations: [String] = []
        for line in section.split(separator: "\n") {
            if let match = line.wholeMatch(of: #/ {2}(/\S*):/#) {
                path = String(match.1)
            } else if let match = line.wholeMatch(of: #/ {4}([a-z]+):/#) {
                operations.append("\(match.1.uppercased()) \(path)")
            }
        }
        return operations
    }

    @Test(arguments: ["/api/1.1/wf", "/x"])
    func `every route with its methods is in the document, and nothing else is`(basePath: String) throws {
        let siteMap = SiteMap(basePath: basePath)
        let routes = Route.allCases.flatMap { route -> [String] in
            guard !route.isWeb, let path = siteMap.path(of: route) else { return [] }
            // Those take any method, and are described by the one that proxies use.
            let methods = route.isGuard ? ["GET"] : route.methods
            return methods.map { "\($0) \(path)" }
        }
        #expect(try operations(document { $0.basePath = basePath }).sorted() == routes.sorted())
    }

    @Test func `every reason of the one error shape is in the document, and no other`() {
        let reasons = document().matches(of: #/\n +- ([A-Z_]+)(?=\n)/#).map { String($0.1) }
        #expect(reasons.sorted() == ErrorReason.allCases.map(\.rawValue).sorted())
    }

    @Test func `every reason stands with its status`() {
        let document = document()
        for reason in ErrorReason.allCases {
            let answer = document.matches(of: #/statusCode: { const: (\d+) }\n +reason: { (?:const|enum): ([^}]+) }/#)
                .filter { $0.2.contains(reason.rawValue) }
            #expect(!answer.isEmpty || [.notFound, .methodNotAllowed].contains(reason), "\(reason)")
            #expect(answer.allSatisfy { Int($0.1) == reason.status }, "\(reason)")
        }
    }

    @Test func `every role is in the document, and no other`() {
        let roles = Account.Role.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(document().contains("enum: [\(roles)]"))
    }

    @Test func `the document names the deployment's own address`() {
        #expect(document().contains("\nservers:\n  - url: /\n"))
        let named = document { $0.publicURL = "https://tokens.example.com/latchkey" }
        #expect(named.contains("\nservers:\n  - url: https://tokens.example.com/latchkey\n"))
    }

    @Test func `anyone may read the document, and HEAD has no body`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let answer = try await server.answer("GET", "/openapi.yaml")
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "application/yaml")
            #expect(answer["cache-control"] == "no-store")
            #expect(answer.body == OpenAPIDocument(ServerConfiguration()).text)
            let head = try await server.answer("HEAD", "/openapi.yaml")
            #expect(head.status == 200)
            #expect(head["content-length"] == answer["content-length"])
            #expect(head.body.isEmpty)
        }
    }
}
