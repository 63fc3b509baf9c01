import Auth
import NIOCore
import NIOEmbedded
import Testing

@testable import Server

/// How many connections one address may have.
struct ConnectionSharesTests {
    private func connection(from address: String) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        channel.connect(to: try SocketAddress(ipAddress: address, port: 1), promise: nil)
        return channel
    }

    private func shares(trusting proxies: String...) throws -> ConnectionShares {
        ConnectionShares(limit: 2, trustedProxies: TrustedProxies(try proxies.map { try #require(AddressRange($0)) }))
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"), ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("2001:db8::1", "2001:db8::ffff:0:0:1", "2001:db8:0:1::1"),
    ])
    func `an address has its share, and not its neighbour's`(
        _ address: String,
        _ alike: String,
        _ other: String
    ) throws {
        let shares = try shares()
        let first = try connection(from: address)
        let second = try connection(from: alike)
        #expect(shares.admits(first))
        #expect(shares.admits(second))
        #expect(try !shares.admits(connection(from: address)))
        #expect(try !shares.admits(connection(from: alike)))
        #expect(try shares.admits(connection(from: other)))
    }

    @Test func `a connection counts until it closes, and what was refused never`() throws {
        let shares = try shares()
        let open = try (0..<2).map { _ in try connection(from: "192.0.2.1") }
        let refused = try connection(from: "192.0.2.1")
        #expect(open.allSatisfy(shares.admits))
        #expect(!shares.admits(refused))
        _ = try refused.finish()
        #expect(try !shares.admits(connection(from: "192.0.2.1")))
        _ = try open[0].finish()
        #expect(try shares.admits(connection(from: "192.0.2.1")))
        #expect(try !shares.admits(connection(from: "192.0.2.1")))
    }

    @Test func `an address without connections is forgotten`() throws {
        let shares = try shares()
        let connections = try (1...100).map { try connection(from: "192.0.2.\($0)") }
        #expect(connections.allSatisfy(shares.admits))
        #expect(shares.hosts == 100)
        for connection in connections { _ = try connection.finish() }
        #expect(shares.hosts == 0)
    }

    @Test(arguments: ["198.51.100.1", "198.51.100.200", "2001:db8:1:2::3", "127.0.0.1", "127.1.2.3", "::1"])
    func `a trusted proxy and this machine are not counted`(_ address: String) throws {
        let shares = try shares(trusting: "198.51.100.0/24", "2001:db8:1::/48")
        let connections = try (0..<5).map { _ in try connection(from: address) }
        #expect(connections.allSatisfy(shares.admits))
        #expect(shares.hosts == 0)
    }
}
