import Crypto

/// The keys of token digests, each with its schedule computed once.
package struct TokenKeys: Sendable {
    private let currentID: Int64
    private let current: HMACSHA256
    private let others: [Int64: HMACSHA256]

    package init(_ keys: PurposeKeys) {
        currentID = keys.current
        current = HMACSHA256(key: keys.currentKey)
        others = keys.all.filter { $0.key != keys.current }.mapValues { HMACSHA256(key: $0) }
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

    private static func digest(_ token: BearerToken, _ key: HMACSHA256) -> TokenDigest {
        // A native string, which every parsed token is, lends its bytes where they lie.
        var text = token.text
        return text.withUTF8 { TokenDigest(key.code(for: UnsafeRawBufferPointer($0))) }
    }
}
