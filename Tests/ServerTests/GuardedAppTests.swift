import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LatchkeyClient
import LatchkeyMiddleware
import Logging
import NIOCore
import Testing

@testable import Server

/// Both libraries for other people's programs against a whole server: one signs in, the other lets in.
@Suite(.timeLimit(.minutes(5)))
struct GuardedAppTests {
    private struct Context: LatchkeyRequestContext {
        var coreContext: CoreRequestContextStorage
        var identity: LatchkeyIdentity?

        init(source: ApplicationRequestContextSource) {
            coreContext = .init(source: source)
        }
    }

    /// Answers with who calls; `/admins` is for admins alone.
    private func app(_ server: LiveServer) throws -> some ApplicationProtocol {
        let router = Router(context: Context.self)
        let address = "http://127.0.0.1:\(server.port)"
        router.group("all").add(middleware: try LatchkeyMiddleware(address, deadline: .seconds(60)))
            .get { _, context in try context.requireIdentity().email }
        router.group("admins").add(
            middleware: try LatchkeyMiddleware(address, scopes: ["a"], roles: ["admin"], deadline: .seconds(60))
        )
        .get { _, context in try context.requireIdentity().email }
        return Application(router: router, logger: .silent)
    }

    private func call(
        _ client: any TestClientProtocol,
        _ token: AccessToken,
        _ path: String = "/all"
    ) async throws -> (HTTPResponse.Status, String) {
        let headers: HTTPFields = [.authorization: token.authorization]
        return try await client.execute(uri: path, method: .get, headers: headers) {
            ($0.status, String(buffer: $0.body))
        }
    }

    @Test func `a caller gets in with the client's token until the moment it ends, and in again with the next`()
        async throws
    {
        let seed = try await SeededStore.shared.value
        let (_, email) = try await seed.account()
        try await LiveServer.run(seed) { server in
            let latchkey = try TokenClient(
                "http://127.0.0.1:\(server.port)",
                credentials: Credentials(email: email, password: SeededStore.password)
            )
            try await app(server).test(.router) { client in
                let token = try await latchkey.token()
                #expect(try await call(client, token) == (.ok, email))
                #expect(try await call(client, token, "/admins").0 == .forbidden)
                _ = try await server.token(email)
                #expect(try await call(client, token).0 == .unauthorized)
                let next = try await latchkey.token(after: token)
                #expect(try await call(client, next) == (.ok, email))
                let adopted = try await latchkey.adopt(next.text)
                #expect(adopted?.userID == token.userID)
                await server.stop()
                // It stops in its own time, and answers for certain until then.
                var status = HTTPResponse.Status.ok
                while status == .ok { status = try await call(client, next).0 }
                #expect(status == .serviceUnavailable)
            }
        }
    }

    @Test func `wrong credentials are told as such`() async throws {
        let seed = try await SeededStore.shared.value
        let (_, email) = try await seed.account()
        try await LiveServer.run(seed) { server in
            let latchkey = try TokenClient(
                "http://127.0.0.1:\(server.port)/api/1.1/wf/",
                credentials: Credentials(email: email, password: "another password")
            )
            await #expect(throws: TokenClientError.invalidCredentials) { try await latchkey.token() }
            let lost = try TokenClient(
                "http://127.0.0.1:\(server.port)/elsewhere",
                credentials: Credentials(email: email, password: SeededStore.password)
            )
            await #expect(throws: TokenClientError.refused(status: 404, reason: "NOT_FOUND")) { try await lost.token() }
        }
    }
}
