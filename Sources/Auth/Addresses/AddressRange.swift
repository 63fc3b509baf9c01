/// The addresses that share a prefix: `192.0.2.0/24`, `2001:db8::/32`, or a single address.
package struct AddressRange: Hashable, Sendable {
    /// The lowest address of the range.
    package let base: IPAddress
    /// How many leading bits are shared: at most 32 for IPv4, 128 for IPv6.
    package let prefixLength: Int

    /// The range of this many leading bits that `address` is in; more bits than the address has are all of them.
    package init(containing address: IPAddress, prefixLength: Int) {
        switch address {
        case .v4(let bits):
            self.prefixLength = min(max(prefixLength, 0), 32)
            base = .v4(bits & ~(UInt32.max >> self.prefixLength))
        case .v6(let bits):
            self.prefixLength = min(max(prefixLength, 0), 128)
            base = .v6(bits & ~(UInt128.max >> self.prefixLength))
        }
    }

    /// `ADDRESS` or `ADDRESS/LENGTH`; nil for anything else, bits beyond the length included: they are a slip.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress($0) }) else { return nil }
        guard parts.count == 2 else {
            self.init(containing: address, prefixLength: 128)
            return
        }
        guard 1...3 ~= parts[1].utf8.count, parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            parts[1].utf8.first != UInt8(ascii: "0") || parts[1].utf8.count == 1, var length = Int(parts[1])
        else { return nil }
        if case .v4 = address, parts[0].contains(":") {
            // The length counts from the start of the IPv6 form.
            guard length >= 96 else { return nil }
            length -= 96
        }
        self.init(containing: address, prefixLength: length)
        guard prefixLength == length, base == address else { return nil }
    }

    package func contains(_ address: IPAddress) -> Bool {
        AddressRange(containing: address, prefixLength: prefixLength).base == base && address.family == base.family
    }
}

extension AddressRange: CustomStringConvertible {
    /// A single address alone, a range with its length.
    package var description: String {
        prefixLength == base.family.bits ? "\(base)" : "\(base)/\(prefixLength)"
    }
}

extension IPAddress {
    fileprivate enum Family {
        case v4, v6

        var bits: Int { self == .v4 ? 32 : 128 }
    }

    fileprivate var family: Family {
        if case .v4 = self { .v4 } else { .v6 }
    }
}
