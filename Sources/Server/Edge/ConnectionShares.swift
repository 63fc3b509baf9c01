import Auth
import NIOCore
import Synchronization

/// Counts the connections of each client host, so that none can take all there are.
///
/// A host is what one subscriber has: an IPv4 address, or a /64 of IPv6. Trusted proxies stand for many clients, and this machine is
/// the operator's: they are not counted. There are never more entries than open connections.
final class ConnectionShares: Sendable {
    private let limit: Int
    private let trustedProxies: TrustedProxies
    private let open = Mutex<[AddressRange: Int]>([:])

    init(limit: Int, trustedProxies: TrustedProxies) {
        self.limit = limit
        self.trustedProxies = trustedProxies
    }

    /// Whether the connection may stay; if so it counts until it closes.
    func admits(_ channel: any Channel) -> Bool {
        guard let peer = channel.peer, !peer.isLoopback, !trustedProxies.contains(peer) else { return true }
        let host = peer.host
        let isAdmitted = open.withLock { open in
            guard open[host, default: 0] < limit else { return false }
            open[host, default: 0] += 1
            return true
        }
        if isAdmitted { channel.closeFuture.whenComplete { [self] _ in release(host) } }
        return isAdmitted
    }

    private func release(_ host: AddressRange) {
        open.withLock { open in
            guard let count = open[host] else { return }
            open[host] = count > 1 ? count - 1 : nil
        }
    }

    /// The hosts that are counted now.
    var hosts: Int { open.withLock { $0.count } }
}
