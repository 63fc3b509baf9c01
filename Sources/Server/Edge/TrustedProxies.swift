import Auth
import NIOCore

/// Whose word on the client's address is taken: the proxies that the operator named, and nobody else.
package struct TrustedProxies: Equatable, Sendable {
    package let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    package static let none = TrustedProxies([])

    package func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// The client behind a connection: the peer, unless that is a trusted proxy. Then `X-Forwarded-For`, all its fields
    /// as one list, read from the right, where each proxy appends whom it heard: the first address that is no trusted
    /// proxy. What stands left of that, or of an element that is no address, anyone may have written.
    func client(peer: IPAddress?, forwardedFor: [String]) -> IPAddress? {
        guard var client = peer, contains(client) else { return peer }
        for field in forwardedFor.reversed() {
            for element in field.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard let address = TrustedProxies.address(element.trimmingBlanks) else { return client }
                client = address
                guard contains(client) else { return client }
            }
        }
        return client
    }

    /// Some proxies append the port too (Azure's Application Gateway: `198.51.100.7:4711`); an address of version 6 is then in
    /// brackets, as in RFC 7239 section 6.
    private static func address(_ element: Substring) -> IPAddress? {
        if let address = IPAddress(element) { return address }
        var host = element
        if let colon = element.utf8.lastIndex(of: UInt8(ascii: ":")) {
            let port = element.utf8[element.utf8.index(after: colon)...]
            let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
            if 1...5 ~= port.count, port.allSatisfy({ digits ~= $0 }) { host = element[..<colon] }
        }
        guard host.utf8.contains(UInt8(ascii: ":")) else { return IPAddress(host) }
        guard host.hasPrefix("["), host.hasSuffix("]") else { return nil }
        return IPAddress(host.dropFirst().dropLast())
    }
}

extension Channel {
    /// The address of the other side; of a stream, that of its connection. Nil for a local socket, which has none.
    var peer: IPAddress? {
        var channel: (any Channel)? = self
        while let current = channel {
            if let address = current.remoteAddress { return address.ipAddress.flatMap { IPAddress($0) } }
            channel = current.parent
        }
        return nil
    }
}
