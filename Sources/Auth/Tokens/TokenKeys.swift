import Crypto

/// The keys of token digests, each with its schedule computed once: copying one costs less than half of keying anew.
package struct TokenKeys: Sendable {
    private let currentID: Int64
    private let current: HMAC<SHA256>
    private let others: [Int64: HMAC<SHA256>]

    package init(_ keys: PurposeKeys) {
        currentID = keys.current
        current = HMAC(key: keys.currentKey)
        others = keys.all.filter { $0.key != keys.current }.mapValues { HMAC(key: $0) }
    }

    /// The digest under the current key, and that key's id: what is stored of a new token.
    package func digest(_ token: BearerToken) -> (digest: TokenDigest, keyID: Int64) {
        (TokenKeys.digest(token, current), currentID)
    }

    /// The digest under the key a row names; nil for a key this deployment does not have.
    package func digest(_ token: BearerToken, keyID: Int64) -> TokenDigest? {
        if keyID == currentID { return TokenKeys.digest(token, current) }
        return others[keyID].map { TokenKeys.digest(token, $0) }
    }

    /// The digests under every key, the current one first: for ending a token whose row's key is not known.
    func digests(_ token: BearerToken) -> [TokenDigest] {
        [TokenKeys.digest(token, current)] + others.values.map { TokenKeys.digest(token, $0) }
    }

    private static func digest(_ token: BearerToken, _ keyed: HMAC<SHA256>) -> TokenDigest {
        var code = keyed
        // A token parsed from a native string is hashed where it lies.
        let isHashed: Void? = token.text.utf8.withContiguousStorageIfAvailable {
            code.update(data: UnsafeRawBufferPointer($0))
        }
        if isHashed == nil { code.update(data: Array(token.text.utf8)) }
        return TokenDigest(code.finalize())
    }
}
