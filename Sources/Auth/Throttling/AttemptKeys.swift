import Crypto

/// Makes the keys that failures are counted by: keyed hashes, which tell nobody the name or the address behind them.
package struct AttemptKeys: Sendable {
    /// Bytes of an `AttemptKey`'s parts.
    package static let length = 16

    private let key: SymmetricKey

    package init(_ key: SymmetricKey) {
        self.key = key
    }

    /// For a sign-in name as it was sent. Spellings of one e-mail address are one name; what is no address is its own.
    package func account(_ name: String) -> AttemptKey {
        let name = (try? EmailAddress(name))?.key ?? name
        return AttemptKey(account: hash("account", Array(name.utf8)))
    }

    /// For one account and the place a request comes from; nil is this machine.
    package func source(_ address: IPAddress?, of account: AttemptKey) -> AttemptKey {
        let range = address?.host.description ?? "local"
        return AttemptKey(account: account.account, source: hash("source", account.account + Array(range.utf8)))
    }

    private func hash(_ purpose: String, _ bytes: [UInt8]) -> [UInt8] {
        let code = HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8) + [0] + bytes, using: key)
        return Array(code.prefix(AttemptKeys.length))
    }
}

extension AttemptKey {
    /// What the log calls a name that belongs to no account.
    package var label: String { account.hexadecimal }

    /// For sets that need no more.
    var short: UInt64 { account.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}

extension IPAddress {
    /// What one subscriber has at least: an IPv4 address, or a /64 of IPv6 (RFC 6177).
    package var host: AddressRange { AddressRange(containing: self, prefixLength: isIPv6 ? 64 : 32) }

    /// What counts for this address, and how many hosts' failures it may have: a /48 is a site of many.
    var counted: [(range: AddressRange, factor: Int)] {
        isIPv6 ? [(host, 1), (AddressRange(containing: self, prefixLength: 48), 4)] : [(host, 1)]
    }

    private var isIPv6: Bool {
        if case .v6 = self { true } else { false }
    }
}
