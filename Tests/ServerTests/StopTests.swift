import NIOCore
import NIOPosix
import Testing

@testable import Auth

/// A whole server over sockets: pipelining through the real router, and its stop.
@Suite(.timeLimit(.minutes(5)))
struct StopTests {
    private func connect(_ server: LiveServer) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
    }

    @Test func `fifty pipelined requests at both doors are answered in order`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let posts = "POST /api/1.1/wf/api-token-revoke HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
            let gets =
                "GET /health/alive HTTP/1.1\r\nHost: a\r\n\r\nGET /api/1.1/wf/api-basic-auth HTTP/1.1\r\nHost: a\r\n\r\n"
            let last = "GET /health/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let text = try await server.bytes(String(repeating: posts + gets, count: 16) + posts + last)
            let answers = try #require(WireAnswer.all(in: text))
            #expect(
                answers.map(\.status) == Array(repeating: [401, 200, 400], count: 16).flatMap(\.self) + [401, 200]
            )
        }
    }

    @Test func `a client that closes its side gets the answers to all it has sent`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let post = "POST /api/1.1/wf/api-token-revoke HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
            let text = try await connect(server).executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: post + post + post))
                outbound.finish()
                var text = ""
                for try await part in inbound { text += String(buffer: part) }
                return text
            }
            #expect(try #require(WireAnswer.all(in: text)).map(\.status) == [401, 401, 401])
        }
    }

    @Test func `an early answer reaches a client that is still sending`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            for path in ["/nothing", "/api-token-generate", "/api-basic-auth"] {
                let head = "POST /api/1.1/wf\(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                let chunks = String(repeating: "400\r\n\(String(repeating: "a", count: 0x400))\r\n", count: 40)
                let text = try await server.bytes(head + chunks)
                let answers = try #require(WireAnswer.all(in: text), "\(text)")
                #expect(answers.count == 1)
                #expect([404, 413].contains(answers.first?.status))
                #expect(answers.first?["connection"] == "close")
            }
        }
    }

    @Test func `a request in flight is answered before the server has stopped`() async throws {
        let seed = try await SeededStore.shared.value
        let held = HeldHasher(queue: 1)
        try await LiveServer.run(seed, hasher: held.hasher) { server in
            defer { held.letGo() }
            let idle = try await connect(server)
            let busy = try await connect(server)
            let basic = [String].basic("a@b:c").joined()
            let request = "GET /api/1.1/wf/api-basic-auth HTTP/1.1\r\nHost: a\r\n\(basic)\r\n\r\n"
            let text = try await busy.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: request))
                await held.isFull(waiting: 0)
                await server.stop()
                try await idle.executeThenClose { inbound, _ in
                    for try await part in inbound { Issue.record("\(String(buffer: part))") }
                }
                held.letGo()
                var text = ""
                for try await part in inbound { text += String(buffer: part) }
                return text
            }
            let answers = try #require(WireAnswer.all(in: text))
            #expect(answers.map(\.status) == [400])
            #expect(answers.first?["connection"] == "close")
        }
    }
}
