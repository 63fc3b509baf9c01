import Foundation
import Testing

@testable import Server

/// One spelling a path: what reaches a route is what a proxy's rules saw.
@Suite(.timeLimit(.minutes(5)))
struct PathTests {
    static let base = "/api/1.1/wf"

    static let others = [
        "//", "/x", "*", "//evil/api/1.1/wf/api-token-status", "//api/1.1/wf/api-token-status",
        "/api/1.1/wf//api-token-status", "/api/1.1/wf/api-token-status/", "/api/1.1/wf/./api-token-status",
        "/api/1.1/wf/x/../api-token-status", "/api/1.1/wf/api%2Dtoken%2Dstatus", "/API/1.1/wf/api-token-status",
        "/api/1.1/wf/api-token-status;x", "/api/1.1/wf/api-token-status%00", "/api/1.1/wf/api-token-status%20",
        "/api/1.1/wf", "/api/1.1/wf/", "/api/1.1/wf/api-token-statu", "/api/1.1/wf/api-token-statuss", "/%zz", "/%",
        "/{x}", "/:id", "/**", "/health", "/health/", "/health/alive/", "//health/alive", "/health/alive%3f",
        "/metrics",
        "/api/1.1/wf/api-token-status%3Fx", "/assets", "/#", "/x#y",
    ]

    @Test func `every other path is 404, whatever the method`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        try await LiveServer.run(seed) { server in
            for path in Self.others {
                for method in ["GET", "POST", "HEAD", "OPTIONS", "PUT"] {
                    let answer = try await server.answer(method, path, .bearer(account.token))
                    #expect(answer.status == 404, "\(method) \(path)")
                    #expect(method == "HEAD" || answer.reason == "NOT_FOUND", "\(method) \(path)")
                    #expect(
                        answer["access-control-allow-origin"] == (Self.isBelow(path) ? "*" : nil),
                        "\(method) \(path)"
                    )
                }
            }
        }
    }

    private static func isBelow(_ path: String) -> Bool {
        let path = path.prefix { $0 != "?" }
        return path == base || path.hasPrefix(base + "/")
    }

    @Test func `the base may be the root or anything else`() async throws {
        let seed = try await SeededStore.shared.value
        for base in ["", "/v2", "/a/b/c"] {
            try await LiveServer.run(seed) {
                $0.basePath = base
            } _: { server in
                let status = try await server.answer("GET", base + "/api-token-status")
                #expect(status.status == 401)
                #expect(status["access-control-allow-origin"] == "*")
                #expect(try await server.answer("POST", base + "/api-token-status").status == 401)
                #expect(try await server.answer("GET", base + "/nothing").status == 404)
                #expect(try await server.answer("GET", "/health/ready").status == 200)
            }
        }
    }

    @Test func `an absolute target reaches what its path names`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server async throws in
            for method in ["GET", "POST"] {
                #expect(try await server.answer(method, "http://x\(Self.base)/api-token-status").status == 401)
                #expect(try await server.answer(method, "https://x").status == (method == "GET" ? 303 : 405))
                #expect(try await server.answer(method, "http://x?y").status == (method == "GET" ? 303 : 405))
                #expect(try await server.answer(method, "http://x//evil\(Self.base)/api-token-status").status == 404)
            }
        }
    }

    /// Bytes that a seed chooses, in the places of a request where a client may put anything.
    @Test(arguments: 0..<8)
    func `no input is answered with 500`(_ seedNumber: UInt64) async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            var generator = SplitMix(state: seedNumber)
            for _ in 0..<60 {
                let path = ["/api-token-generate", "/api-basic-auth", "/api-token-status", "/api-token-revoke", "/x"]
                    .randomElement(using: &generator)!
                let method = ["GET", "POST", "PUT", "OPTIONS"].randomElement(using: &generator)!
                let type = [
                    "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
                    "multipart/form-data", "text/plain", "", ";", "application/json; charset",
                ].randomElement(using: &generator)!
                let authorization = ["Basic", "Bearer", "Digest", ""].randomElement(using: &generator)!
                let value = generator.bytes(0..<60, of: 0x21..<0x7F)
                let body = generator.bytes(0..<400, of: 0..<256)
                let query = generator.bytes(0..<20, of: 0x30..<0x7B)
                var request = Array("\(method) \(Self.base)\(path)?".utf8) + query
                request += Array(" HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: \(type)\r\n".utf8)
                request += Array("Authorization: \(authorization) ".utf8) + value
                request += Array("\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
                let text = try await server.bytes(request)
                let answers = try #require(WireAnswer.all(in: text), "\(text)")
                #expect(answers.count == 1)
                #expect(answers.allSatisfy { $0.status < 500 || $0.status == 501 }, "\(request)")
            }
        }
    }
}

/// A generator that a number determines (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ counts: Range<Int>, of range: Range<UInt16>) -> [UInt8] {
        let count = Int.random(in: counts, using: &self)
        return (0..<count).map { _ in UInt8(UInt16.random(in: range, using: &self)) }
    }
}
