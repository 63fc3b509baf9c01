import Crypto

/// The keys of one purpose by id: new work uses the current one, the others only still read what they made.
package struct PurposeKeys: Sendable {
    package let current: Int64
    let all: [Int64: SymmetricKey]

    /// Nil unless `all` has the current key.
    package init?(current: Int64, all: [Int64: SymmetricKey]) {
        guard let key = all[current] else { return nil }
        self.current = current
        self.all = all
        currentKey = key
    }

    /// The key for new work.
    package let currentKey: SymmetricKey
}
