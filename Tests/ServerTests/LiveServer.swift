import Auth
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import Server

/// A whole server in this process, on a free port of 127.0.0.1, for as long as `body` runs.
struct LiveServer: Sendable {
    let port: Int
    let metricsPort: Int?
    /// Asks the server to stop, as SIGTERM does.
    let stop: @Sendable () async -> Void

    static func run<Result: Sendable>(
        _ seed: SeededStore,
        hasher: PasswordHasher? = nil,
        limiter: AttemptLimiter? = nil,
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (LiveServer) async throws -> Result
    ) async throws -> Result {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.threads = 1
        // Deadlines have tests of their own; here a machine that is busy must not end what it is slow at.
        configuration.limits.headerMilliseconds = 60_000
        configuration.limits.requestMilliseconds = 120_000
        configuration.limits.handshakeMilliseconds = 120_000
        configure(&configuration)
        let (listening, told) = AsyncStream<TokenServer.Listening>.makeStream()
        let hasher = hasher ?? seed.hasher
        let authority = seed.authority(hasher, limiter)
        let server = TokenServer(
            configuration: configuration,
            store: seed.store,
            authority: authority,
            hasher: hasher,
            people: seed.people(hasher, authority),
            logger: .silent,
            onListening: { told.yield($0) }
        )
        let group = ServiceGroup(services: [server], logger: .silent)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { told.finish() }
                try await group.run()
            }
            guard let place = await listening.first(where: { _ in true }) else {
                try await tasks.waitForAll()
                throw CancellationError()
            }
            let live = LiveServer(
                port: try #require(port(of: place.url)),
                metricsPort: try place.metricsURL.map { try #require(port(of: $0)) },
                stop: { await group.triggerGracefulShutdown() }
            )
            do {
                let result = try await body(live)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return result
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
    }

    private static func port(of url: String) -> Int? {
        url.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// Sends `bytes` on a connection of its own and reads until the server closes it; the request says that it shall.
    func bytes(_ bytes: String, port: Int? = nil) async throws -> String {
        try await self.bytes(Array(bytes.utf8), port: port)
    }

    func bytes(_ bytes: [UInt8], port: Int? = nil) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port ?? self.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }

    /// One request on a connection of its own.
    func answer(
        _ method: String,
        _ target: String,
        _ fields: [String] = [],
        body: [UInt8] = [],
        port: Int? = nil
    ) async throws -> WireAnswer {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: a", "Connection: close"] + fields
        if !body.isEmpty || method == "POST" { lines.append("Content-Length: \(body.count)") }
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        let text = try await bytes(Array(head.utf8) + body, port: port)
        let answers = try #require(WireAnswer.all(in: text, bodiless: method == "HEAD"), "\(text)")
        #expect(answers.count == 1, "\(text)")
        return try #require(answers.first)
    }

    func post(_ path: String, _ fields: [String] = [], body: String = "") async throws -> WireAnswer {
        try await answer("POST", "/api/1.1/wf" + path, fields, body: Array(body.utf8))
    }

    func get(_ path: String, _ fields: [String] = []) async throws -> WireAnswer {
        try await answer("GET", "/api/1.1/wf" + path, fields)
    }

    /// Signs in by JSON and gives the token.
    func token(_ email: String, _ password: String = SeededStore.password) async throws -> String {
        let body = #"{"email":"\#(email)","password":"\#(password)"}"#
        let answer = try await post("/api-token-generate", ["Content-Type: application/json"], body: body)
        return try #require(answer.token, "\(answer)")
    }
}

extension WireAnswer {
    /// The token of a success, if the body is exactly what the contract says.
    var token: String? {
        body.wholeMatch(
            of:
                #/\{"status":"success","response":\{"token":"(bus\|(\d{13}x\d{18})\|\d{13}x\d{18})","user_id":"\2","expires":31536000\}\}/#
        ).map { String($0.output.1) }
    }
}

extension [String] {
    static func bearer(_ token: String) -> [String] { ["Authorization: Bearer \(token)"] }
    static func basic(_ pair: String) -> [String] { basic(bytes: [UInt8](pair.utf8)) }
    static func basic(bytes: [UInt8]) -> [String] { ["Authorization: Basic \(Data(bytes).base64EncodedString())"] }
}
