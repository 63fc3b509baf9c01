import Crypto
import Foundation

/// Keeps PHC strings under the pepper key: whoever takes a database without the key file cannot even try guesses.
///
/// Sealed bytes are a version (1), the key's id in 8 bytes, and a ChaCha20-Poly1305 box (12 bytes of nonce, the text,
/// 16 of tag), with version, key id and account number authenticated, so that a row's hash opens nothing in another
/// row.
package struct PasswordSealer: Sendable {
    private let current: Int64
    private let keys: [Int64: SymmetricKey]

    private static let version: UInt8 = 1
    private static let headerLength = 9

    init(_ keys: PurposeKeys) {
        current = keys.current
        self.keys = keys.all
    }

    /// Seals a PHC string for one account under the current key.
    package func seal(_ phc: String, for account: AccountID) throws(AuthError) -> SealedPasswordHash {
        guard let key = keys[current] else { throw .unavailable("there is no current key for passwords") }
        let header = PasswordSealer.header(keyID: current)
        do {
            let box = try ChaChaPoly.seal(
                Array(phc.utf8),
                using: key,
                authenticating: header + PasswordSealer.bigEndian(account.number)
            )
            return SealedPasswordHash(bytes: header + box.combined)
        } catch {
            throw .unavailable("a password hash could not be sealed (\(error))")
        }
    }

    /// The PHC string; throws `.unavailable` for an unknown key and for bytes that were not sealed for this account.
    package func open(_ sealed: SealedPasswordHash, of account: AccountID) throws(AuthError) -> String {
        let bytes = sealed.bytes
        guard bytes.count > PasswordSealer.headerLength, bytes[0] == PasswordSealer.version else {
            throw .unavailable("the password hash of \(account) has another form than this version writes")
        }
        let keyID = Int64(
            truncatingIfNeeded: bytes[1..<PasswordSealer.headerLength].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        )
        guard let key = keys[keyID] else {
            throw .unavailable("the key file has no key \(keyID) for passwords, under which \(account) is stored")
        }
        let authenticated = PasswordSealer.header(keyID: keyID) + PasswordSealer.bigEndian(account.number)
        guard let box = try? ChaChaPoly.SealedBox(combined: bytes[PasswordSealer.headerLength...]),
            let opened = try? ChaChaPoly.open(box, using: key, authenticating: authenticated),
            let text = String(validating: opened, as: UTF8.self)
        else { throw .unavailable("the password hash of \(account) was changed, or sealed under another key file") }
        return text
    }

    private static func header(keyID: Int64) -> [UInt8] {
        [version] + bigEndian(keyID)
    }

    private static func bigEndian(_ value: Int64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
