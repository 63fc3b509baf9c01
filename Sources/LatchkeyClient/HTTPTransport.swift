import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks the server over HTTP, on a client of its own that never follows a redirect: one would carry the password elsewhere.
final class HTTPTransport: Sendable {
    /// More than any answer has.
    private static let longestBody = 65_536

    private let client: HTTPClient
    private let base: String
    private let deadline: Duration

    init(_ address: String, _ configuration: TokenClient.Configuration) throws(TokenClientError) {
        base = try HTTPTransport.base(address)
        deadline = configuration.attemptDeadline
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        // Trying again is the client's business, which would otherwise never learn why.
        settings.connectionPool.retryConnectionEstablishment = false
        if let path = configuration.certificateAuthorityFile {
            settings.tlsConfiguration = try HTTPTransport.trust(path)
        }
        client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: settings)
    }

    deinit {
        client.shutdown { _ in }
    }

    /// Throws when the whole answer is not there by the deadline.
    func send(_ call: TokenCall) async throws -> TokenAnswer {
        try await withThrowingTaskGroup(of: TokenAnswer?.self) { tasks in
            tasks.addTask { try await self.answer(to: call) }
            tasks.addTask {
                try await Task.sleep(for: self.deadline, clock: .continuous)
                return nil
            }
            defer { tasks.cancelAll() }
            guard let answer = try await tasks.next() ?? nil else { throw HTTPClientError.deadlineExceeded }
            return answer
        }
    }

    private func answer(to call: TokenCall) async throws -> TokenAnswer {
        var request: HTTPClientRequest
        switch call {
        case .signIn(let credentials):
            request = HTTPClientRequest(url: base + "/api-token-generate")
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            let form = ["email": credentials.email, "password": credentials.password]
            request.body = .bytes(try JSONEncoder().encode(form))
        case .status(let token):
            request = HTTPClientRequest(url: base + "/api-token-status")
            request.headers.add(name: "Authorization", value: "Bearer " + token)
        }
        request.headers.add(name: "User-Agent", value: "LatchkeyClient")
        let response = try await client.execute(request, deadline: .distantFuture)
        let body = try await response.body.collect(upTo: HTTPTransport.longestBody)
        return TokenAnswer(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "Retry-After"),
            body: Array(body.readableBytesView)
        )
    }

    private static func base(_ address: String) throws(TokenClientError) -> String {
        guard let url = URLComponents(string: address), ["http", "https"].contains(url.scheme?.lowercased()),
            url.host?.isEmpty == false
        else { throw .invalidConfiguration("the address must be http:// or https:// with a host") }
        guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
            throw .invalidConfiguration("the address must have neither user, query nor fragment")
        }
        var base = address
        while base.hasSuffix("/") { base.removeLast() }
        return url.path.allSatisfy { $0 == "/" } ? base + "/api/1.1/wf" : base
    }

    private static func trust(_ path: String) throws(TokenClientError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        do {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
        } catch {
            throw .invalidConfiguration("\(path) holds no certificate authority in PEM that can be read")
        }
        return tls
    }
}
