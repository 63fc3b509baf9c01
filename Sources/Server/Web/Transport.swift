import Auth
import HTTPTypes
import Hummingbird
import NIOCore

/// How a browser's request came here, as far as that decides whether it may log in.
enum Transport: Equatable, Sendable {
    /// By TLS, ours or a proxy's.
    case secure
    /// Plainly, and never off this machine.
    case local
    /// Plainly over a network: no password and no cookie may travel so.
    case plain
}

/// Tells transports apart. `X-Forwarded-Proto` counts from trusted proxies alone.
struct TransportRules: Sendable {
    let speaksTLS: Bool
    let isPublicURLSecure: Bool
    let trustedProxies: TrustedProxies

    init(_ configuration: ServerConfiguration) {
        speaksTLS = configuration.tls != nil
        isPublicURLSecure = configuration.publicURL?.hasPrefix("https://") == true
        trustedProxies = configuration.trustedProxies
    }

    func transport(of request: Request, peer: IPAddress?) -> Transport {
        if speaksTLS { return .secure }
        if let peer, trustedProxies.contains(peer) {
            // The last one is the nearest proxy's; what stands before it anyone may have written.
            let last = request.headers[values: .xForwardedProto].last?.split(separator: ",").last?.trimmingBlanks
            if let last { return last.lowercased() == "https" ? .secure : .plain }
        }
        if isPublicURLSecure { return .secure }
        let isForwarded = [.xForwardedFor, .xForwardedProto, .forwarded].contains { request.headers.contains($0) }
        let isLocal =
            (peer?.isLoopback ?? true) && !isForwarded && TransportRules.isLoopback(request.head.authority ?? "")
        return isLocal ? .local : .plain
    }

    /// Whether a Host header names this machine, its port left out.
    private static func isLoopback(_ host: String) -> Bool {
        if host.hasPrefix("[") {
            return IPAddress(host.dropFirst().prefix { $0 != "]" })?.isLoopback == true
        }
        let name = host.prefix { $0 != ":" }
        return name.lowercased() == "localhost" || IPAddress(name)?.isLoopback == true
    }
}

extension HTTPField.Name {
    static let xForwardedProto = HTTPField.Name(known: "x-forwarded-proto")
    static let forwarded = HTTPField.Name(known: "forwarded")
    static let secFetchSite = HTTPField.Name(known: "sec-fetch-site")
}
