import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import LatchkeyMiddleware

/// The question as it goes over a connection, to something that stands for Latchkey.
@Suite(.timeLimit(.minutes(5)))
struct GuardClientTests {
    private static let identity: HTTPFields = [
        .latchkey("User"): "1665086295388x405886519539808060", .latchkey("Email"): "sync@example.com",
        .latchkey("Account-Type"): "service", .latchkey("Role"): "member", .latchkey("Scopes"): "orders stock",
        .latchkey("Expires"): "1900000000",
    ]

    /// The verdict on `Bearer token` when the other side answers with `respond`, and is let go once there is one.
    private func verdict(
        deadline: Duration = .seconds(20),
        scopes: [String] = [],
        roles: [String] = [],
        held: AsyncStream<Void>.Continuation? = nil,
        _ respond: @escaping @Sendable (Request) async throws -> Response
    ) async throws -> GuardVerdict {
        let router = Router()
        router.get("guard/auth-request") { request, _ in try await respond(request) }
        router.get("elsewhere") { _, _ in Response(status: .ok, headers: Self.identity) }
        let app = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            logger: .silent
        )
        return try await app.test(.live) { client in
            defer { held?.finish() }
            return try await GuardClient(
                "http://127.0.0.1:\(try #require(client.port))/",
                scopes: scopes,
                roles: roles,
                certificateAuthorityFile: nil,
                deadline: deadline
            ).verdict(on: "Bearer token")
        }
    }

    @Test func `the token is asked about with what is demanded, and the answer's headers tell who it is`() async throws
    {
        let verdict = try await verdict(scopes: ["orders", "a&b=c d"], roles: ["admin", "member"]) { request in
            #expect(request.headers[.authorization] == "Bearer token")
            #expect(request.uri.queryParameters.getAll("scope") == ["orders", "a&b=c d"])
            #expect(request.uri.queryParameters.getAll("role") == ["admin", "member"])
            return Response(status: .noContent, headers: Self.identity)
        }
        #expect(verdict == .passes(.sample()))
    }

    @Test func `a success without every identity header is no pass`() async throws {
        #expect(try await verdict { _ in Response(status: .ok) } == .unavailable(retryAfter: nil))
        for name in Self.identity.map(\.name) where name != .latchkey("Scopes") {
            for value in [nil, ""] as [String?] {
                let answer = try await verdict { _ in
                    var headers = Self.identity
                    headers[name] = value
                    return Response(status: .ok, headers: headers)
                }
                let isFree = value == "" && [.latchkey("Email"), .latchkey("Role")].contains(name)
                #expect(isFree || answer == .unavailable(retryAfter: nil), "\(name)")
            }
        }
    }

    @Test func `no other answer is a pass`() async throws {
        for code in [301, 302, 307, 308, 400, 404, 429, 500, 503] {
            let verdict = try await verdict { _ in
                var headers = Self.identity
                headers[.location] = "/elsewhere"
                headers[.retryAfter] = "7"
                return Response(status: .init(code: code), headers: headers)
            }
            #expect(verdict == .unavailable(retryAfter: "7"), "\(code)")
        }
        let challenge = #"Bearer error="invalid_token""#
        for (code, expected) in [
            (401, GuardVerdict.unauthorized(challenge: challenge)), (403, .forbidden(challenge: challenge)),
        ] {
            let verdict = try await verdict { _ in
                Response(status: .init(code: code), headers: [.wwwAuthenticate: challenge])
            }
            #expect(verdict == expected)
        }
    }

    @Test func `an answer that does not come in time is none, nor is half of one`() async throws {
        let (late, noLonger) = AsyncStream<Void>.makeStream()
        let none = try await verdict(deadline: .milliseconds(50), held: noLonger) { _ in
            for await _ in late {}
            return Response(status: .ok, headers: Self.identity)
        }
        #expect(none == .unavailable(retryAfter: nil))
        let (rest, neverSent) = AsyncStream<Void>.makeStream()
        let half = try await verdict(deadline: .milliseconds(50), held: neverSent) { _ in
            let body = ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "half"))
                for await _ in rest {}
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: Self.identity, body: body)
        }
        #expect(half == .unavailable(retryAfter: nil))
    }

    @Test func `where nobody listens there is no pass`() async throws {
        let client = try GuardClient(
            "http://127.0.0.1:1",
            scopes: [],
            roles: [],
            certificateAuthorityFile: nil,
            deadline: .milliseconds(300)
        )
        #expect(await client.verdict(on: "Bearer token") == .unavailable(retryAfter: nil))
    }
}

extension HTTPField.Name {
    fileprivate static func latchkey(_ rest: String) -> HTTPField.Name {
        HTTPField.Name("X-Latchkey-\(rest)") ?? .authorization
    }
}
