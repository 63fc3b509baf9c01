import Crypto

/// Chains an account's audit events: each code covers the one before, so a changed, dropped or reordered event shows.
package struct AuditChain: Sendable {
    private let key: SymmetricKey

    package init(key: SymmetricKey) {
        self.key = key
    }

    /// HMAC-SHA-256 over the previous code (32 bytes, empty before the first event) and every field of event `n`, each
    /// preceded by its length in 8 bytes, so that no two events share an encoding.
    package func mac(
        after previous: [UInt8],
        account number: Int64,
        n: Int64,
        at: Timestamp,
        draft: AuditDraft
    ) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        func add(_ bytes: some Collection<UInt8>) {
            code.update(data: AuditChain.bigEndian(UInt64(bytes.count)))
            code.update(data: Array(bytes))
        }
        add(previous)
        for number in [number, n, at.milliseconds] { add(AuditChain.bigEndian(UInt64(bitPattern: number))) }
        for text in [
            draft.kind.rawValue, draft.source.actor, draft.source.address, draft.source.agent, draft.detail,
        ] {
            add(text.utf8)
        }
        return Array(code.finalize())
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
