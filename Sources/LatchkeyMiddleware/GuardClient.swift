import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks `/guard/auth-request`, on an HTTP client of its own that follows no redirect: whatever a redirect leads to, it is no verdict.
final class GuardClient: Sendable {
    private let client: HTTPClient
    private let url: String
    private let deadline: Duration

    init(
        _ address: String,
        scopes: [String],
        roles: [String],
        certificateAuthorityFile: String?,
        deadline: Duration
    ) throws(LatchkeyConfigurationError) {
        guard var parts = URLComponents(string: address), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false, parts.user == nil, parts.password == nil, parts.query == nil,
            parts.fragment == nil, parts.path.allSatisfy({ $0 == "/" })
        else {
            throw LatchkeyConfigurationError("the address must be http:// or https:// with a host and nothing more")
        }
        parts.path = "/guard/auth-request"
        let demands =
            scopes.map { URLQueryItem(name: "scope", value: $0) } + roles.map { URLQueryItem(name: "role", value: $0) }
        if !demands.isEmpty { parts.queryItems = demands }
        guard let url = parts.string else {
            throw LatchkeyConfigurationError("a scope or the role cannot stand in an address")
        }
        self.url = url
        self.deadline = deadline
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        if let path = certificateAuthorityFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } catch {
                throw LatchkeyConfigurationError("\(path) holds no certificate authority in PEM that can be read")
            }
            settings.tlsConfiguration = tls
        }
        client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: settings)
    }

    deinit {
        client.shutdown { _ in }
    }

    /// The verdict on the value of an `Authorization` header; `unavailable` when there is none by the deadline.
    func verdict(on authorization: String) async -> GuardVerdict {
        await withTaskGroup(of: GuardVerdict.self) { tasks in
            tasks.addTask {
                do {
                    return try await self.ask(authorization)
                } catch let error as HTTPClientError where error == .remoteConnectionClosed {
                    // An idle connection that the server closed while the request was on its way.
                    return (try? await self.ask(authorization)) ?? .unavailable(retryAfter: nil)
                } catch {
                    return .unavailable(retryAfter: nil)
                }
            }
            tasks.addTask {
                try? await Task.sleep(for: self.deadline, clock: .continuous)
                return .unavailable(retryAfter: nil)
            }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? .unavailable(retryAfter: nil)
        }
    }

    private func ask(_ authorization: String) async throws -> GuardVerdict {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Authorization", value: authorization)
        request.headers.add(name: "User-Agent", value: "LatchkeyMiddleware")
        let response = try await client.execute(request, deadline: .distantFuture)
        // Read to its end, so that the connection can be used again.
        _ = try await response.body.collect(upTo: 65_536)
        let fields = response.headers
        switch response.status.code {
        case 200..<300:
            return LatchkeyIdentity({ fields.first(name: $0) }).map { .passes($0) } ?? .unavailable(retryAfter: nil)
        case 401: return .unauthorized(challenge: fields.first(name: "WWW-Authenticate"))
        case 403: return .forbidden(challenge: fields.first(name: "WWW-Authenticate"))
        default: return .unavailable(retryAfter: fields.first(name: "Retry-After"))
        }
    }
}

/// What the middleware was given cannot work; the words say why.
public struct LatchkeyConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A sentence without its full stop.
    public let description: String

    init(_ words: String) {
        description = words
    }
}
