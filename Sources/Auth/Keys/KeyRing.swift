import Crypto

/// Every key of one deployment, each ready for its purpose; never in the store, never in a log.
package struct KeyRing: Sendable {
    package let tokens: TokenKeys
    package let passwords: PasswordSealer
    package let audit: AuditChain
    /// For the dashboard's cookies.
    package let cookies: SymmetricKey
    /// For the limiter's keyed hashes.
    package let throttling: AttemptKeys

    init(tokens: PurposeKeys, passwords: PurposeKeys, cookies: PurposeKeys, audit: PurposeKeys, throttling: PurposeKeys)
    {
        self.tokens = TokenKeys(tokens)
        self.passwords = PasswordSealer(passwords)
        self.audit = AuditChain(key: audit.currentKey)
        self.cookies = cookies.currentKey
        self.throttling = AttemptKeys(throttling.currentKey)
    }
}

extension KeyRing: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "KeyRing(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
