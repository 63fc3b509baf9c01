import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import NIOPosix
import NIOSSL
import Synchronization
import Testing

@testable import Server

/// A certificate made for one test, in files that can be replaced.
struct TestCertificate {
    let directory: TemporaryDirectory

    var certificate: String { directory.path + "/certificate.pem" }
    var key: String { directory.path + "/key.pem" }

    init() throws {
        directory = try TemporaryDirectory()
        try renew()
    }

    /// Puts a new pair in the place of the old one, as a certificate client does.
    func renew() throws {
        let (fresh, freshKey) = (certificate + ".new", key + ".new")
        let subject = "-nodes -days 2 -subj /CN=localhost -keyout '\(freshKey)' -out '\(fresh)'"
        // Foundation's `Process` reads past a buffer when it starts a program (swift-corelibs-foundation, pull request 5472).
        let status = system(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \(subject) 2>/dev/null"
        )
        try #require(status == 0)
        #expect(rename(freshKey, key) == 0)
        #expect(rename(fresh, certificate) == 0)
    }

    func files(hstsSeconds: Int? = nil) -> TLSFiles {
        TLSFiles(certificate: certificate, key: key, hstsSeconds: hstsSeconds)
    }

    var current: NIOSSLCertificate {
        get throws { try #require(NIOSSLCertificate.fromPEMFile(certificate).first) }
    }
}

/// Clients of one connection over TLS that take any certificate and remember it.
enum TLSClient {
    typealias Stream = NIOAsyncChannel<HTTPResponsePart, HTTPRequestPart>

    private final class Seen: Sendable {
        let certificate = Mutex<NIOSSLCertificate?>(nil)
    }

    private static func handler(_ protocols: [String], _ seen: Seen) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = protocols
        configuration.certificateVerification = .noHostnameVerification
        return try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil) {
            chain,
            promise in
            seen.certificate.withLock { $0 = chain.first }
            promise.succeed(.certificateVerified)
        }
    }

    /// What the server answers to `bytes` over HTTP/1.1 until it closes, and the certificate it showed.
    static func bytes(_ bytes: String, port: Int) async throws -> (text: String, certificate: NIOSSLCertificate?) {
        let seen = Seen()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler(["http/1.1"], seen))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let text = try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: bytes))
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
        return (text, seen.certificate.withLock { $0 })
    }

    /// Does not stop a test from breaking HTTP/2's rules.
    private static var carelessConfiguration: NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.contentLengthValidation = .disabled
        return configuration
    }

    /// An HTTP/2 connection for as long as `body` runs.
    static func http2<Result: Sendable>(
        port: Int,
        _ body: (NIOHTTP2Handler.AsyncStreamMultiplexer<Void>) async throws -> Result
    ) async throws -> Result {
        let (channel, streams) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler(["h2"], Seen()))
                    let streams = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
                        mode: .client,
                        configuration: carelessConfiguration
                    ) { $0.eventLoop.makeSucceededVoidFuture() }
                    return (channel, streams)
                }
            }
        do {
            let result = try await body(streams)
            try await channel.close()
            return result
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }
}

extension NIOHTTP2Handler.AsyncStreamMultiplexer<Void> {
    /// One stream; `body` sends and reads what it likes.
    func stream<Result: Sendable>(_ body: (TLSClient.Stream) async throws -> Result) async throws -> Result {
        let stream = try await openStream { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPClientCodec())
                return try TLSClient.Stream(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)
                )
            }
        }
        return try await body(stream)
    }

    /// One request and its answer.
    func answer(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ fields: HTTPFields = [:],
        body: String? = nil
    ) async throws -> (status: Int, fields: HTTPFields, body: String) {
        try await stream { stream in
            try await stream.executeThenClose { inbound, outbound in
                let head = HTTPRequest(
                    method: method,
                    scheme: "https",
                    authority: "a",
                    path: path,
                    headerFields: fields
                )
                try await outbound.write(.head(head))
                if let body { try await outbound.write(.body(ByteBuffer(string: body))) }
                try await outbound.write(.end(nil))
                var answer = (status: 0, fields: HTTPFields(), body: "")
                for try await part in inbound {
                    switch part {
                    case .head(let head): (answer.status, answer.fields) = (head.status.code, head.headerFields)
                    case .body(let bytes): answer.body += String(buffer: bytes)
                    case .end: return answer
                    }
                }
                return answer
            }
        }
    }
}
