import Foundation
import NIOCore
import Testing

@testable import Server

/// What a page of another origin may do, and the methods of each path.
@Suite(.timeLimit(.minutes(5)))
struct BrowserTests {
    static let base = "/api/1.1/wf"
    static let preflight = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization"]

    private func answer(
        _ method: String,
        _ target: String,
        _ fields: [String] = [],
        cors: CORSPolicy = .anyOrigin
    ) async throws -> WireAnswer {
        let seed = try await SeededStore.shared.value
        return try await LiveServer.run(seed) {
            $0.cors = cors
        } _: { server in
            try await server.answer(method, target, fields)
        }
    }

    /// The fields that only CORS adds, sorted.
    private func corsFields(_ answer: WireAnswer) -> [String] {
        answer.fields.filter { $0.lowercased().hasPrefix("access-control") || $0.lowercased().hasPrefix("vary") }
            .map { $0.lowercased() }.sorted()
    }

    static let expose = "access-control-expose-headers: retry-after, www-authenticate"
    static let preflightFields = [
        "access-control-allow-headers: authorization, content-type", "access-control-allow-methods: get, post",
    ]

    @Test func `any origin may read any answer below the base`() async throws {
        for (path, status) in [("/api-token-status", 401), ("/api-token-generate", 405), ("/nothing", 404)] {
            for origin in [[], ["Origin: https://page.example"], ["Origin: null"]] {
                let answer = try await answer("GET", Self.base + path, origin)
                #expect(answer.status == status)
                #expect(corsFields(answer) == ["access-control-allow-origin: *", Self.expose])
            }
        }
    }

    @Test(arguments: ["/health/alive", "/health/ready", "/nothing", "/api/1.1/wfx", "/"])
    func `outside the base no origin may read anything`(_ path: String) async throws {
        let answer = try await answer("GET", path, ["Origin: https://page.example"])
        #expect(corsFields(answer) == [])
    }

    @Test func `a preflight names the headers one by one`() async throws {
        let answer = try await answer(
            "OPTIONS",
            Self.base + "/api-basic-auth",
            ["Origin: https://page.example"] + Self.preflight
        )
        #expect(answer.status == 204)
        #expect(answer.body == "")
        #expect(
            corsFields(answer)
                == Self.preflightFields + [
                    "access-control-allow-origin: *", Self.expose, "access-control-max-age: 600",
                ]
        )
        #expect(answer["content-length"] == nil, "RFC 9110 section 8.6: a 204 has none")
    }

    @Test func `a listed origin is named, and caches are told that it matters`() async throws {
        let cors = CORSPolicy.origins(["https://page.example", "https://other.example"])
        let path = Self.base + "/api-token-status"
        let listed = try await answer("GET", path, ["Origin: https://page.example"], cors: cors)
        #expect(
            corsFields(listed) == ["access-control-allow-origin: https://page.example", Self.expose, "vary: origin"]
        )
        for origin in [
            "https://page.example.evil", "https://PAGE.example", "null", "https://page.example, https://other.example",
        ] {
            let other = try await answer("GET", path, ["Origin: \(origin)"], cors: cors)
            #expect(corsFields(other) == ["vary: origin"])
        }
        #expect(try await corsFields(answer("GET", path, cors: cors)) == ["vary: origin"])
    }

    @Test func `only a listed origin's preflight is granted`() async throws {
        let cors = CORSPolicy.origins(["https://page.example"])
        let path = Self.base + "/api-token-generate"
        let listed = try await answer("OPTIONS", path, ["Origin: https://page.example"] + Self.preflight, cors: cors)
        #expect(
            corsFields(listed)
                == Self.preflightFields + [
                    "access-control-allow-origin: https://page.example", Self.expose, "access-control-max-age: 600",
                    "vary: origin",
                ]
        )
        let other = try await answer("OPTIONS", path, ["Origin: https://x.example"] + Self.preflight, cors: cors)
        #expect(other.status == 204)
        #expect(corsFields(other) == ["vary: origin"])
    }

    @Test func `with CORS off no answer speaks of it`() async throws {
        let origin = ["Origin: https://page.example"]
        let path = Self.base + "/api-basic-auth"
        #expect(try await corsFields(answer("POST", path, origin, cors: .off)) == [])
        let preflight = try await answer("OPTIONS", path, origin + Self.preflight, cors: .off)
        #expect(preflight.status == 204)
        #expect(corsFields(preflight) == [])
    }

    /// Whoever refuses: the contract lets pages read below the base path and nowhere else.
    @Test(arguments: [
        ("GET /api/1.1/wf/x HTTP/1.1\r\nHost : a\r\n\r\n", true), ("GET /api/1.1/wf/x HTTP/1.1\r\n\r\n", true),
        ("GET http://a/api/1.1/wf?x HTTP/1.1\r\nHost : a\r\n\r\n", true),
        ("\r\nGET /api/1.1/wf/x HTTP/1.1\nHost: a\n\n", true),
        ("GET /api/1.1/wf/x HTTP/1.1\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n", true),
        ("GET /api/1.1/wf/\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\n\r\n", true),
        ("GET /health/alive HTTP/1.1\r\nHost : a\r\n\r\n", false), ("GET /health/alive HTTP/1.1\r\n\r\n", false),
        ("GET /api/1.1/wfx HTTP/1.1\r\nHost : a\r\n\r\n", false), ("junk\r\n\r\n", false),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false),
    ])
    func `a refusal ahead of the router is readable below the base alone`(_ bytes: String, _ isBelow: Bool) async throws
    {
        let seed = try await SeededStore.shared.value
        for siteMap in [SiteMap(basePath: Self.base), .metrics] {
            let rig = try EdgeRig(seed, siteMap: siteMap)
            defer { rig.finish() }
            try rig.send(bytes, inPiecesOf: 2048)
            let answer = try #require(try rig.takeAnswers().first)
            #expect(answer.status >= 400)
            #expect((corsFields(answer) != []) == (isBelow && siteMap.path(of: .tokenStatus) != nil))
        }
    }

    @Test func `a refusal of half a header is readable below the base alone`() async throws {
        let seed = try await SeededStore.shared.value
        for (bytes, isBelow) in [("GET /api/1.1/wf/x HTTP", true), ("GET /health/alive HT", false), ("GE", false)] {
            let rig = try EdgeRig(seed)
            defer { rig.finish() }
            try rig.send(bytes)
            rig.pass(.seconds(5))
            let answer = try #require(try rig.takeAnswers().first)
            #expect(answer.status == 408)
            #expect((corsFields(answer) != []) == isBelow)
        }
    }

    static let methods: [(String, String)] = [
        ("/api/1.1/wf/api-token-generate", "POST"), ("/api/1.1/wf/api-basic-auth", "GET, POST"),
        ("/api/1.1/wf/api-token-status", "GET, POST"), ("/api/1.1/wf/api-token-revoke", "POST"),
        ("/health/alive", "GET, HEAD"), ("/health/ready", "GET, HEAD"),
    ]

    @Test(arguments: methods)
    func `an OPTIONS that is no preflight tells the methods`(_ path: String, _ allow: String) async throws {
        for fields in [[], ["Origin: https://page.example"], [Self.preflight[0]]] {
            let answer = try await answer("OPTIONS", path, fields)
            #expect(answer.status == 204)
            #expect(answer["allow"] == allow + ", OPTIONS")
        }
    }

    @Test(arguments: methods)
    func `another method is 405 with those that work`(_ path: String, _ allow: String) async throws {
        let works = allow.components(separatedBy: ", ")
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"]
        where !works.contains(method) {
            let answer = try await answer(method, path)
            #expect(answer.status == 405, "\(method)")
            #expect(answer["allow"] == allow, "\(method)")
            #expect(method == "HEAD" || answer.reason == "METHOD_NOT_ALLOWED")
        }
    }

    @Test func `HEAD of health has the head of GET and no body`() async throws {
        for path in ["/health/alive", "/health/ready"] {
            let get = try await answer("GET", path)
            let head = try await answer("HEAD", path)
            #expect(get.status == 200)
            #expect(head.status == 200)
            #expect(head["content-length"] == get["content-length"])
            #expect(get.body == #"{"status":"\#(path.dropFirst(8))"}"#)
        }
    }

    @Test(arguments: ["1", "x", "0\r\nEarly-Data: 1", "1\r\nEarly-Data: 0"])
    func `early data is too early below the base`(_ value: String) async throws {
        for path in ["/api-token-status", "/api-basic-auth"] {
            let answer = try await answer("GET", Self.base + path, ["Early-Data: \(value)"])
            #expect(answer.status == 425)
            #expect(answer.reason == "TOO_EARLY")
        }
    }
}
