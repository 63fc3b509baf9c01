import NIOCore

/// What a server is told at its start; the one place of its defaults.
package struct ServerConfiguration: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes a free port.
    package var port = 8080
    /// Event loops; nil means one a core.
    package var threads: Int?
    /// Where the endpoints of the contract live: `/` and visible ASCII segments, no trailing `/`.
    package var basePath = "/api/1.1/wf"
    /// The address clients use, without a trailing `/`; nil means the address listened on.
    package var publicURL: String?
    /// Whose `X-Forwarded-For` tells the client's address.
    package var trustedProxies = TrustedProxies.none
    package var cors = CORSPolicy.anyOrigin
    /// Whether guard paths let the CORS preflights of the APIs behind them pass without a token.
    package var allowsPreflight = false
    package var tls: TLSFiles?
    /// The port of `/metrics` on `host`; nil is off, 0 takes a free one.
    package var metricsPort: Int?
    package var limits = EdgeLimits()

    package init() {}

    /// How many event loops that are.
    package var eventLoops: Int { max(1, threads ?? System.coreCount) }
}

/// Who may read answers below the base path from a page of another origin.
package enum CORSPolicy: Equatable, Sendable {
    case anyOrigin
    /// Exact matches of the `Origin` header.
    case origins([String])
    case off
}

/// PEM files, read again when they change.
package struct TLSFiles: Equatable, Sendable {
    /// The certificate chain, leaf first.
    package let certificate: String
    package let key: String
    /// The `max-age` of `Strict-Transport-Security` in seconds; nil sends none.
    package let hstsSeconds: Int?

    package init(certificate: String, key: String, hstsSeconds: Int? = nil) {
        self.certificate = certificate
        self.key = key
        self.hstsSeconds = hstsSeconds
    }
}

/// How much and how long the edge lets a client take. Sizes in bytes, times in milliseconds.
package struct EdgeLimits: Sendable {
    package var headerBytes = 32 * 1024
    package var headerFields = 128
    package var targetBytes = 8 * 1024
    package var bodyBytes = 16 * 1024
    /// From a request's first byte to the end of its header.
    package var headerMilliseconds: Int64 = 5_000
    /// From a request's first byte to its last.
    package var requestMilliseconds: Int64 = 10_000
    /// Without a request; longer than a proxy keeps its own idle connections.
    package var idleMilliseconds: Int64 = 75_000
    package var connectionAgeMilliseconds: Int64 = 3_600_000
    /// For the TLS handshake, up to the choice of a protocol.
    package var handshakeMilliseconds: Int64 = 10_000
    package var connections = 4_096
    /// Of one address, a /64 of IPv6; trusted proxies and this machine may have all.
    package var connectionsPerAddress = 256
    /// What is swallowed of a request's rest after it was refused.
    package var drainBytes = 64 * 1024
    package var drainMilliseconds: Int64 = 1_000
    /// Streams at once on an HTTP/2 connection.
    package var streams = 100
    /// What is in flight at SIGTERM has this long to end.
    package var stopMilliseconds: Int64 = 9_000

    package init() {}
}
