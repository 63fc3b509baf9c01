import Auth
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Testing

@testable import Server

/// TLS, HTTP/2 and certificates that are renewed.
@Suite(.timeLimit(.minutes(5)))
struct TLSTests {
    static let alive = "GET /health/alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    static let status = "/api/1.1/wf/api-token-status"

    @Test func `HTTP 1.1 over TLS is the same, with HSTS when it was asked for`() async throws {
        let seed = try await SeededStore.shared.value
        let certificate = try TestCertificate()
        for seconds in [nil, 3600] {
            try await LiveServer.run(seed) {
                $0.tls = certificate.files(hstsSeconds: seconds)
            } _: { server in
                for path in ["/health/alive", "/health/ready"] {
                    let request = "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                    let answers = WireAnswer.all(in: try await TLSClient.bytes(request, port: server.port).text)
                    #expect(answers?.map(\.status) == [200])
                    #expect(answers?.first?["strict-transport-security"] == seconds.map { "max-age=\($0)" })
                }
            }
        }
    }

    @Test func `a refusal reaches the client before TLS ends`() async throws {
        let seed = try await SeededStore.shared.value
        let certificate = try TestCertificate()
        try await LiveServer.run(seed) {
            $0.tls = certificate.files()
        } _: { server in
            let body = String(repeating: "a", count: 40_000)
            let request = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n\(body)"
            let answers = WireAnswer.all(in: try await TLSClient.bytes(request, port: server.port).text)
            #expect(answers?.map(\.reason) == ["PAYLOAD_TOO_LARGE"])
        }
    }

    @Test func `HTTP 2 answers as HTTP 1.1 does`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let certificate = try TestCertificate()
        try await LiveServer.run(seed) {
            $0.tls = certificate.files()
        } _: { server in
            try await TLSClient.http2(port: server.port) { streams in
                let bearer: HTTPFields = [.authorization: "Bearer \(account.token)"]
                let live = try await streams.answer(.get, Self.status, bearer)
                #expect(live.status == 200)
                #expect(live.body.contains(account.email))
                #expect(live.fields[.cacheControl] == "no-store")
                #expect(live.fields[.accessControlAllowOrigin] == "*")
                let none = try await streams.answer(.get, Self.status)
                #expect(none.status == 401)
                #expect(none.fields[.wwwAuthenticate] == "Bearer")
                #expect(try await streams.answer(.get, "/health/alive").body == #"{"status":"alive"}"#)
                #expect(try await streams.answer(.head, "/health/ready").body == "")
                #expect(try await streams.answer(.get, "/nothing").status == 404)
                #expect(try await streams.answer(.put, Self.status).status == 405)
                let login = #"{"email":"\#(account.email)","password":"\#(SeededStore.password)"}"#
                let path = "/api/1.1/wf/api-token-generate"
                let made = try await streams.answer(.post, path, [.contentType: "application/json"], body: login)
                #expect(made.status == 200)
                #expect(try await streams.answer(.get, Self.status, bearer).status == 401)
            }
        }
    }

    @Test func `guard paths answer over HTTP 2 too, whatever the method`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedInService(scopes: "a b")
        let certificate = try TestCertificate()
        try await LiveServer.run(seed) {
            $0.tls = certificate.files()
            $0.allowsPreflight = true
        } _: { server in
            try await TLSClient.http2(port: server.port) { streams in
                let bearer: HTTPFields = [.authorization: "Bearer \(account.token)"]
                for path in ["/guard/auth-request?scope=a", "/guard/forward-auth", "/guard/ext-authz/x?scope=z"] {
                    for method in [HTTPRequest.Method.get, .options, .trace, try #require(HTTPRequest.Method("BREW"))] {
                        let live = try await streams.answer(method, path, bearer)
                        #expect(live.status == 200)
                        #expect(live.fields.filter { $0.name.canonicalName.hasPrefix("x-latchkey-") }.count == 6)
                        #expect(live.fields[try #require(HTTPField.Name("X-Latchkey-User"))] == "\(account.id)")
                        #expect(live.fields[try #require(HTTPField.Name("X-Latchkey-Scopes"))] == "a b")
                        let none = try await streams.answer(method, path)
                        #expect(none.status == 401)
                        #expect(none.fields[.wwwAuthenticate] == "Bearer")
                    }
                }
                #expect(try await streams.answer(.get, "/guard/auth-request?scope=c", bearer).status == 403)
                var preflight: HTTPFields = [.origin: "https://app.example", .accessControlRequestMethod: "PUT"]
                let passed = try await streams.answer(.options, "/guard/ext-authz/x", preflight)
                #expect(passed.status == 200)
                #expect(passed.fields[try #require(HTTPField.Name("X-Latchkey-User"))] == "")
                preflight[.contentEncoding] = "gzip"
                preflight[.contentLength] = "3"
                #expect(try await streams.answer(.options, "/guard/ext-authz/x", preflight, body: "abc").status == 403)
            }
        }
    }

    @Test func `streams of one connection are answered side by side`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let certificate = try TestCertificate()
        let held = HeldHasher(queue: 1)
        try await LiveServer.run(seed, hasher: held.hasher) {
            $0.tls = certificate.files()
        } _: { server in
            defer { held.letGo() }
            try await TLSClient.http2(port: server.port) { streams async throws in
                async let signIn = streams.answer(
                    .get,
                    "/api/1.1/wf/api-basic-auth",
                    [.authorization: "Basic YUBiOmM="]
                )
                await held.isFull(waiting: 0)
                let fields: HTTPFields = [.authorization: "Bearer \(account.token)"]
                #expect(try await streams.answer(.get, Self.status, fields).status == 200)
                held.letGo()
                #expect(try await signIn.status == 400)
            }
        }
    }

    @Test func `a fault of one stream is that stream's alone`() async throws {
        let seed = try await SeededStore.shared.value
        let certificate = try TestCertificate()
        let held = HeldHasher(queue: 1)
        try await LiveServer.run(seed, hasher: held.hasher) {
            $0.tls = certificate.files()
        } _: { server in
            defer { held.letGo() }
            try await TLSClient.http2(port: server.port) { streams async throws in
                async let signIn = streams.answer(
                    .get,
                    "/api/1.1/wf/api-basic-auth",
                    [.authorization: "Basic YUBiOmM="]
                )
                await held.isFull(waiting: 0)
                await #expect(throws: (any Error).self) {
                    try await streams.answer(.post, Self.status, [.contentLength: "5"], body: "abc")
                }
                held.letGo()
                #expect(try await signIn.status == 400)
                #expect(try await streams.answer(.get, "/health/alive").status == 200)
            }
        }
    }

    /// The router takes a stream's end for the body's end, and a connection's end is that of its streams.
    @Test(arguments: ["reset", "refused", "cut"])
    func `half a sign-in makes no token, however its stream ends`(_ ending: String) async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let certificate = try TestCertificate()
        // One thread: a hash that should not be is over before the next one is.
        let hasher = try PasswordHasher(threads: 1, deadline: .seconds(60))
        try await LiveServer.run(seed, hasher: hasher) {
            $0.tls = certificate.files()
        } _: { server in
            let password = SeededStore.password.replacing(" ", with: "+")
            let form = "email=\(account.email)&password=\(password)&other="
            let head = HTTPRequest(
                method: .post,
                scheme: "https",
                authority: "a",
                path: "/api/1.1/wf/api-token-generate",
                headerFields: [.contentType: "application/x-www-form-urlencoded"]
            )
            try? await TLSClient.http2(port: server.port) { streams in
                try await streams.stream { stream in
                    try await stream.executeThenClose { inbound, outbound in
                        try await outbound.write(.head(head))
                        try await outbound.write(.body(ByteBuffer(string: form)))
                        switch ending {
                        case "refused":
                            try await outbound.write(.body(ByteBuffer(repeating: 0x61, count: 16 * 1024)))
                            for try await case .head(let head) in inbound {
                                #expect(head.status.code == 413)
                                break
                            }
                        case "cut":
                            // Answered after what came before on the connection was seen.
                            #expect(try await streams.answer(.get, "/health/ready").status == 200)
                            try await stream.channel.parent?.close()
                        default: break
                        }
                    }
                }
                // Answered after what came before on the connection was seen.
                #expect(try await streams.answer(.get, "/health/ready").status == 200)
            }
            #expect(try await server.tlsStatus(of: "nobody@example.com:x") == 400)
            let request = "GET \(Self.status) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            let bearer = "Authorization: Bearer \(account.token)\r\n\r\n"
            let text = try await TLSClient.bytes(request + bearer, port: server.port).text
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(hasher.load.finished == 1, "the half sign-in was not hashed")
        }
    }

    @Test func `a renewed certificate is shown to the next connection, a broken pair is not`() async throws {
        let seed = try await SeededStore.shared.value
        let certificate = try TestCertificate()
        try await LiveServer.run(seed) {
            $0.tls = certificate.files()
        } _: { server in
            let first = try certificate.current
            #expect(try await TLSClient.bytes(Self.alive, port: server.port).certificate == first)
            try certificate.renew()
            let second = try certificate.current
            #expect(second != first)
            #expect(try await TLSClient.bytes(Self.alive, port: server.port).certificate == second)
            // Half a renewal: another key, the certificate that does not belong to it; then no key; then no PEM.
            let other = try TestCertificate()
            let key = try Data(contentsOf: URL(fileURLWithPath: certificate.key))
            for broken in [try Data(contentsOf: URL(fileURLWithPath: other.key)), Data(), Data("nonsense".utf8)] {
                try broken.write(to: URL(fileURLWithPath: certificate.key))
                #expect(try await TLSClient.bytes(Self.alive, port: server.port).certificate == second)
            }
            try FileManager.default.removeItem(atPath: certificate.key)
            #expect(try await TLSClient.bytes(Self.alive, port: server.port).certificate == second)
            try key.write(to: URL(fileURLWithPath: certificate.key))
            try certificate.renew()
            #expect(try await TLSClient.bytes(Self.alive, port: server.port).certificate == certificate.current)
        }
    }

    @Test func `a pair that does not fit ends the start`() async throws {
        let seed = try await SeededStore.shared.value
        let certificate = try TestCertificate()
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: certificate.key))
        await #expect(throws: (any Error).self) {
            try await LiveServer.run(seed) {
                $0.tls = certificate.files()
            } _: { _ in
            }
        }
    }

    @Test func `plain HTTP on the TLS port gets no answer`() async throws {
        let seed = try await SeededStore.shared.value
        let certificate = try TestCertificate()
        try await LiveServer.run(seed) {
            $0.tls = certificate.files()
        } _: { server async throws in
            let text = try? await server.bytes(Self.alive)
            #expect(text == nil || text?.hasPrefix("HTTP") == false)
            #expect(try await TLSClient.bytes(Self.alive, port: server.port).text.hasPrefix("HTTP/1.1 200"))
        }
    }
}

extension LiveServer {
    /// The status of a sign-in over TLS.
    fileprivate func tlsStatus(of pair: String) async throws -> Int? {
        let basic = [String].basic(pair).joined()
        let request = "GET /api/1.1/wf/api-basic-auth HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(basic)\r\n\r\n"
        return WireAnswer.all(in: try await TLSClient.bytes(request, port: port).text)?.first?.status
    }
}
