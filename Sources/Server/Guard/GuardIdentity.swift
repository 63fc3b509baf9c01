import Auth
import HTTPTypes
import NIOCore

/// The identity fields of an answer that lets a request pass: always all of them, so that a proxy which copies them
/// overwrites whatever a client forged.
struct GuardIdentity: Sendable {
    /// Nil when nobody showed a token: the fields are empty then.
    private let token: LiveToken?

    init(_ token: LiveToken) {
        self.token = token
    }

    private init() {
        token = nil
    }

    static let nobody = GuardIdentity()

    /// Writes them as header lines.
    func write(to bytes: inout ByteCursor) {
        guard let token else {
            bytes.write(
                """
                X-Latchkey-User: \r\nX-Latchkey-Email: \r\nX-Latchkey-Account-Type: \r\nX-Latchkey-Role: \r\n\
                X-Latchkey-Scopes: \r\nX-Latchkey-Expires: \r\n
                """ as StaticString
            )
            return
        }
        bytes.write("X-Latchkey-User: ")
        bytes.write(token.account)
        bytes.write("\r\nX-Latchkey-Email: ")
        bytes.write(token.email)
        switch token.type {
        case .user: bytes.write("\r\nX-Latchkey-Account-Type: user\r\nX-Latchkey-Role: ")
        case .service: bytes.write("\r\nX-Latchkey-Account-Type: service\r\nX-Latchkey-Role: ")
        }
        bytes.write(token.role.rawValue)
        bytes.write("\r\nX-Latchkey-Scopes: ")
        bytes.write(token.scopes)
        bytes.write("\r\nX-Latchkey-Expires: ")
        bytes.write(token.expiresAt.seconds)
        bytes.write("\r\n")
    }

    /// The same for the router.
    func add(to fields: inout HTTPFields) {
        var lines = ByteBuffer()
        lines.write(expecting: 512) { write(to: &$0) }
        for line in String(buffer: lines).split(separator: "\r\n") {
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { continue }
            fields[name] = String(parts[1])
        }
    }
}
