import Logging
import Testing

@testable import LatchkeyClient

@Suite(.timeLimit(.minutes(5)))
struct SecrecyTests {
    /// What every careless way of printing shows of a value.
    private func printed(_ value: some Any) -> String {
        var text =
            "\(value) " + String(reflecting: value) + " "
            + String(describing: Mirror(reflecting: value).children.map(\.value))
        dump(value, to: &text)
        dump([value], to: &text)
        dump(Optional(value), to: &text)
        print(["a": value], to: &text)
        return text
    }

    @Test func `no way of printing shows a token, a password or an e-mail address`() async throws {
        let clock = JumpingClock()
        let server = FakeServer(clock, lifetime: 9000)
        let log = RecordedLog()
        let client = TokenClient.of(server, log: log)
        let token = try await client.token()
        #expect(token.text.contains("canary"))
        await server.fail([nil, .overloaded, .wrongCredentials])
        _ = try? await client.renew()
        let refused = await #expect(throws: TokenClientError.self) { try await client.renew() }
        var text = log.lines.joined()
        #expect(!text.isEmpty)
        text += printed(token) + printed(FakeServer.credentials) + printed(client) + printed(refused as Any)
        text += printed(TokenCall.signIn(FakeServer.credentials)) + printed(TokenCall.status(token.text))
        #expect(!text.contains("canary"))
        #expect(!text.contains("sync@"))
    }
}
