import CSodium
import Foundation
import Parsing

/// An argon2id hash as a PHC string that is affordable to verify.
struct PasswordHash: Sendable {
    let text: String
    let parameters: PasswordHashParameters

    /// Hashes `password` under a fresh salt of 16 bytes. Costs what `parameters` say; throws `.unavailable` without
    /// memory.
    init(of password: Password, _ parameters: PasswordHashParameters) throws(AuthError) {
        var buffer = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let status = password.withCharacters { characters, count in
            crypto_pwhash_str_alg(
                &buffer,
                characters,
                UInt64(count),
                UInt64(parameters.iterations),
                parameters.memoryKiB * 1024,
                crypto_pwhash_ALG_ARGON2ID13
            )
        }
        guard status == 0 else { throw .unavailable("there is no memory for a password hash") }
        text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.parameters = parameters
    }

    /// Random salt and random hash: verifying costs what `parameters` say, and making it costs nothing. Throws as
    /// `init(stored:)` does.
    init(unmatchable parameters: PasswordHashParameters) throws(AuthError) {
        func random(_ count: Int) -> String {
            var generator = SystemRandomNumberGenerator()
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            // PHC strings leave the padding out.
            return String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
        }
        let cost = "m=\(parameters.memoryKiB),t=\(parameters.iterations),p=1"
        try self.init(stored: "$argon2id$v=19$\(cost)$\(random(16))$\(random(32))")
    }

    /// Reads a stored hash and bounds its cost before anyone pays it: one lane, at most the ceiling's memory and
    /// passes. Below the floor is fine: such hashes were imported, and are replaced at the next sign-in.
    init(stored text: String) throws(AuthError) {
        let ceiling = PasswordHashParameters.ceiling
        // Below 16 bytes libsodium refuses a hash without saying so.
        guard let phc = PHCString(text), phc.algorithm == "argon2id", phc.version == 19, phc.parallelism == 1,
            phc.hashLength >= 16, phc.memory <= ceiling.memoryKiB, phc.iterations <= ceiling.iterations
        else { throw .unavailable("a stored password hash is not an argon2id hash within bounds") }
        self.text = text
        parameters = PasswordHashParameters(uncheckedMemoryKiB: phc.memory, iterations: phc.iterations)
    }

    /// Whether `password` made this hash; throws `.unavailable` when that could not be computed.
    func matches(_ password: Password) throws(AuthError) -> Bool {
        let (status, reason) = text.withCString { stored in
            password.withCharacters { characters, count in
                errno = 0
                let status = crypto_pwhash_str_verify(stored, characters, UInt64(count))
                return (status, errno)
            }
        }
        if status == 0 { return true }
        // libsodium answers -1 both for another password, with EINVAL, and for want of memory.
        guard reason == EINVAL else { throw .unavailable("a password hash could not be computed (errno \(reason))") }
        return false
    }
}
