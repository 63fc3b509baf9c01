import Auth
import HTTPTypes
import SQLiteStorage
import Testing

@testable import Server

/// Who is the client, when proxies stand between.
@Suite(.timeLimit(.minutes(5)))
struct ClientAddressTests {
    private static let proxies = TrustedProxies(
        ["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"].compactMap { AddressRange($0) }
    )

    struct Case: Sendable, CustomTestStringConvertible {
        let peer: String
        let fields: [String]
        let client: String

        var testDescription: String { "\(peer) \(fields)" }
    }

    static let cases = [
        Case(peer: "192.0.2.1", fields: ["198.51.100.7"], client: "192.0.2.1"),
        Case(peer: "192.0.2.1", fields: ["127.0.0.1, 10.0.0.1"], client: "192.0.2.1"),
        Case(peer: "10.0.0.1", fields: [], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7"], client: "198.51.100.7"),
        Case(peer: "::ffff:10.0.0.1", fields: ["::ffff:198.51.100.7"], client: "198.51.100.7"),
        Case(peer: "2001:db8::9", fields: ["2001:db9::1"], client: "2001:db9::1"),
        Case(peer: "10.0.0.1", fields: ["203.0.113.5, 198.51.100.7"], client: "198.51.100.7"),
        Case(peer: "10.0.0.1", fields: ["203.0.113.5,198.51.100.7 ,\t10.0.0.2"], client: "198.51.100.7"),
        Case(peer: "10.0.0.1", fields: ["203.0.113.5", "198.51.100.7", "10.0.0.2"], client: "198.51.100.7"),
        Case(peer: "10.0.0.1", fields: ["10.0.0.3", "10.0.0.2"], client: "10.0.0.3"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7, unknown"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7, nonsense, 10.0.0.2"], client: "10.0.0.2"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7", "", "10.0.0.2"], client: "10.0.0.2"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7:4711"], client: "198.51.100.7"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7:4711, 10.0.0.2:1"], client: "198.51.100.7"),
        Case(peer: "10.0.0.1", fields: ["[2001:db9::1]:4711"], client: "2001:db9::1"),
        Case(peer: "10.0.0.1", fields: ["[2001:db9::1]"], client: "2001:db9::1"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7:"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7:123456"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7:1:2"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["[2001:db9::1:4711"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: [":1"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["[]:1"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["["], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["198.051.100.007"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: ["198.51.100.7,"], client: "10.0.0.1"),
        Case(peer: "10.0.0.1", fields: [String(repeating: ",", count: 30_000)], client: "10.0.0.1"),
    ]

    @Test(arguments: cases)
    func `the client is the last address that is no trusted proxy`(_ one: Case) throws {
        let peer = try #require(IPAddress(one.peer))
        #expect(Self.proxies.client(peer: peer, forwardedFor: one.fields)?.description == one.client)
    }

    @Test func `nobody is believed by default`() throws {
        let peer = try #require(IPAddress("127.0.0.1"))
        #expect(ServerConfiguration().trustedProxies.client(peer: peer, forwardedFor: ["192.0.2.1"]) == peer)
        #expect(Self.proxies.client(peer: nil, forwardedFor: ["192.0.2.1"]) == nil)
    }

    @Test func `the audit names the client a trusted proxy tells of, over HTTP/1`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        let fields: [String] =
            .basic("\(account.email):\(SeededStore.password)")
            + ["X-Forwarded-For: 203.0.113.5", "x-forwarded-for: 198.51.100.7, 10.0.0.2"]
        for (proxies, address) in [(Self.proxies, "198.51.100.7"), (TrustedProxies.none, "127.0.0.1")] {
            try await LiveServer.run(seed) {
                $0.trustedProxies = proxies
            } _: { server in
                let answer = try await server.get("/api-basic-auth", fields)
                #expect(answer.status == 200)
            }
            let events = try await seed.store.auditEvents(of: account.id, after: 0, limit: 10)
            #expect(events.last?.draft.source.address == address)
        }
    }

    @Test func `the audit names the client a trusted proxy tells of, over HTTP/2`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        let certificate = try TestCertificate()
        var fields = HTTPFields()
        fields[.authorization] = [String].basic("\(account.email):\(SeededStore.password)").first
            .map { String($0.dropFirst("Authorization: ".count)) }
        fields[.xForwardedFor] = "203.0.113.5, 198.51.100.7"
        try await LiveServer.run(seed) {
            $0.tls = certificate.files()
            $0.trustedProxies = Self.proxies
        } _: { [fields] server in
            let answer = try await TLSClient.http2(port: server.port) { streams in
                try await streams.answer(.get, "/api/1.1/wf/api-basic-auth", fields)
            }
            #expect(answer.status == 200)
        }
        let events = try await seed.store.auditEvents(of: account.id, after: 0, limit: 10)
        #expect(events.last?.draft.source.address == "198.51.100.7")
    }

    @Test func `the use of a token at a guard path names the client, over HTTP/2 too`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let certificate = try TestCertificate()
        let fields: HTTPFields = [.authorization: "Bearer \(account.token)", .xForwardedFor: "198.51.100.7"]
        try await LiveServer.run(seed) {
            $0.tls = certificate.files()
            $0.trustedProxies = Self.proxies
        } _: { server in
            let answer = try await TLSClient.http2(port: server.port) { streams in
                try await streams.answer(.get, "/guard/auth-request", fields)
            }
            #expect(answer.status == 200)
        }
        // The server records what is left when it stops.
        let lastUse = try #require(try await seed.store.account(number: account.id.number)?.lastUse)
        #expect(lastUse.source.address == IPAddress("198.51.100.7"))
    }
}
