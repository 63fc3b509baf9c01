import Crypto
import Foundation

/// The JSON of a key file: `version` 1 and, for each purpose, the id of the `current` key and the `keys`, each an `id`
/// and a `secret` in base64.
struct KeyFileContent: Codable {
    let version: Int
    let tokens: Purpose
    let passwords: Purpose
    let cookies: Purpose
    let audit: Purpose
    let throttling: Purpose

    struct Purpose: Codable {
        let current: Int64
        let keys: [Key]
    }

    struct Key: Codable {
        let id: Int64
        let secret: Data
    }

    /// A fresh key of 256 bits for each purpose, from the system's generator.
    static func random() -> KeyFileContent {
        func purpose() -> Purpose {
            let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
            return Purpose(current: 1, keys: [Key(id: 1, secret: secret)])
        }
        return KeyFileContent(
            version: 1,
            tokens: purpose(),
            passwords: purpose(),
            cookies: purpose(),
            audit: purpose(),
            throttling: purpose()
        )
    }

    func json() -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Integers, strings and arrays always encode; an empty file would be refused when it is read.
        return (try? encoder.encode(self)) ?? Data()
    }

    static func parse(_ bytes: Data, path: String) throws(KeyFileError) -> KeyFileContent {
        do {
            let content = try JSONDecoder().decode(KeyFileContent.self, from: bytes)
            if content.version == 1 { return content }
        } catch DecodingError.keyNotFound(let key, let context) {
            let place = (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
            throw .malformed(path: path, reason: "has no \(place)")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .malformed(path: path, reason: "has another kind of value at \(place) than expected")
        } catch {
            throw .malformed(path: path, reason: "is not the JSON of a key file")
        }
        throw .malformed(path: path, reason: "is of another version than 1, which is all this program knows")
    }

    func keyRing(path: String) throws(KeyFileError) -> KeyRing {
        var seen: Set<Data> = []
        return KeyRing(
            tokens: try tokens.keys(for: "tokens", seen: &seen, path),
            passwords: try passwords.keys(for: "passwords", seen: &seen, path),
            cookies: try cookies.keys(for: "cookies", seen: &seen, path),
            audit: try audit.keys(for: "audit", seen: &seen, path),
            throttling: try throttling.keys(for: "throttling", seen: &seen, path)
        )
    }
}

extension KeyFileContent.Purpose {
    fileprivate func keys(
        for purpose: String,
        seen: inout Set<Data>,
        _ path: String
    ) throws(KeyFileError) -> PurposeKeys {
        var all: [Int64: SymmetricKey] = [:]
        for key in keys {
            guard key.secret.count >= 32 else { throw .keyTooShort(path: path, purpose: purpose, id: key.id) }
            guard seen.insert(key.secret).inserted, all[key.id] == nil else {
                throw .keyUsedTwice(path: path, purpose: purpose, id: key.id)
            }
            all[key.id] = SymmetricKey(data: key.secret)
        }
        guard let keys = PurposeKeys(current: current, all: all) else {
            throw .malformed(path: path, reason: "has no key \(current) for \(purpose), the one it calls current")
        }
        return keys
    }
}
