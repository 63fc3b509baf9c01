import Auth
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Server

/// What leaves a route as an error reaches the client in the one shape.
struct ErrorMiddlewareTests {
    private func response(to error: any Error) async throws -> Response {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: "/x")
        let source = ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: .silent)
        return try await ErrorMiddleware(siteMap: SiteMap(basePath: ""), limits: EdgeLimits()).handle(
            Request(head: head, body: RequestBody(buffer: ByteBuffer())),
            context: EdgeRequestContext(source: source)
        ) { _, _ in throw error }
    }

    private struct Unforeseen: Error {}

    static let errors: [(any Error, Int)] = [
        (Unforeseen(), 500), (NIOTooManyBytesError(maxBytes: 1), 413), (HTTPError(.notFound), 404),
        (HTTPError(.badRequest), 400), (HTTPError(.conflict), 400), (HTTPError(.badGateway), 500),
        (AuthError.invalidCredentials, 400), (AuthError.overloaded(retryAfterSeconds: 7), 503),
        (AuthError.unavailable("a reason for the log"), 503), (ErrorResponse.noToken, 401),
    ]

    @Test func `every error has its status`() async throws {
        for (error, status) in Self.errors {
            let response = try await response(to: error)
            #expect(response.status.code == status, "\(error)")
            #expect(response.headers[.contentType] == "application/json; charset=utf-8")
            #expect((response.headers[.retryAfter] != nil) == (status == 503))
        }
    }

    @Test func `an overloaded hasher says when to come back`() async throws {
        let response = try await response(to: AuthError.overloaded(retryAfterSeconds: 7))
        #expect(response.headers[.retryAfter] == "7")
    }

    /// The gate has answered; the connection's task must see the error to end.
    @Test func `a broken request is not the router's to answer`() async throws {
        await #expect(throws: HTTPParserError.self) { try await response(to: HTTPParserError.unknown) }
    }
}
