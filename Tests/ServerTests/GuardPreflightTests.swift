import NIOCore
import Testing

@testable import Server

/// CORS preflights of the guarded API.
struct GuardPreflightTests {
    struct Asked: Sendable {
        let line: String
        let fields: [String]
    }

    static let preflight = ["Origin: https://app.example", "Access-Control-Request-Method: PUT"]
    static let asked = [
        Asked(line: "GET /guard/auth-request?scope=a", fields: preflight + ["X-Original-Method: OPTIONS"]),
        Asked(line: "GET /guard/forward-auth", fields: preflight + ["X-Forwarded-Method: OPTIONS"]),
        Asked(line: "OPTIONS /guard/ext-authz/orders", fields: preflight),
    ]
    static let others = [
        Asked(line: "GET /guard/auth-request", fields: preflight),
        Asked(line: "OPTIONS /guard/auth-request", fields: preflight),
        Asked(line: "GET /guard/auth-request", fields: preflight + ["X-Original-Method: GET"]),
        Asked(line: "GET /guard/auth-request", fields: preflight + ["X-Original-Method: options"]),
        Asked(line: "GET /guard/auth-request", fields: preflight + ["X-Forwarded-Method: OPTIONS"]),
        Asked(
            line: "GET /guard/auth-request",
            fields: preflight + ["X-Original-Method: OPTIONS", "X-Original-Method: GET"]
        ),
        Asked(line: "GET /guard/forward-auth", fields: preflight + ["X-Original-Method: OPTIONS"]),
        Asked(line: "GET /guard/ext-authz/orders", fields: preflight + ["X-Original-Method: OPTIONS"]),
        Asked(line: "OPTIONS /guard/ext-authz/orders", fields: ["Origin: https://app.example"]),
        Asked(line: "OPTIONS /guard/ext-authz/orders", fields: ["Access-Control-Request-Method: PUT"]),
        Asked(line: "OPTIONS /guard/ext-authz/orders", fields: preflight + ["Authorization: Bearer x"]),
    ]

    private func answer(_ asked: Asked, allowsPreflight: Bool) async throws -> WireAnswer {
        let rig = try EdgeRig(try await SeededStore.shared.value, allowsPreflight: allowsPreflight)
        defer { rig.finish() }
        try rig.send((["\(asked.line) HTTP/1.1", "Host: a"] + asked.fields + ["", ""]).joined(separator: "\r\n"))
        return try #require(try rig.takeAnswers().first)
    }

    @Test(arguments: asked)
    func `a preflight passes as nobody when that is set`(_ asked: Asked) async throws {
        let answer = try await answer(asked, allowsPreflight: true)
        #expect(answer.status == 200)
        #expect(answer.fields.filter { $0.hasPrefix("X-Latchkey-") } == GuardTests.nobody)
    }

    @Test(arguments: asked)
    func `a preflight is refused by default`(_ asked: Asked) async throws {
        #expect(try await answer(asked, allowsPreflight: false).status == 401)
    }

    @Test(arguments: others)
    func `nothing else passes without a token`(_ asked: Asked) async throws {
        let answer = try await answer(asked, allowsPreflight: true)
        #expect(answer.status == 401)
        #expect(!answer.fields.contains { $0.hasPrefix("X-Latchkey-") })
    }
}
