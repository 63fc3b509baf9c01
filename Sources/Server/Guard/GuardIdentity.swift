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

    /// Appends them as header lines.
    func write(into buffer: inout ByteBuffer) {
        guard let token else {
            buffer.writeStaticString(
                """
                X-Latchkey-User: \r\nX-Latchkey-Email: \r\nX-Latchkey-Account-Type: \r\nX-Latchkey-Role: \r\n\
                X-Latchkey-Scopes: \r\nX-Latchkey-Expires: \r\n
                """
            )
            return
        }
        buffer.writeStaticString("X-Latchkey-User: ")
        buffer.write(token.account)
        buffer.writeStaticString("\r\nX-Latchkey-Email: ")
        buffer.writeString(token.email)
        switch token.type {
        case .user: buffer.writeStaticString("\r\nX-Latchkey-Account-Type: user\r\nX-Latchkey-Role: ")
        case .service: buffer.writeStaticString("\r\nX-Latchkey-Account-Type: service\r\nX-Latchkey-Role: ")
        }
        buffer.writeString(token.role.rawValue)
        buffer.writeStaticString("\r\nX-Latchkey-Scopes: ")
        buffer.writeString(token.scopes)
        buffer.writeStaticString("\r\nX-Latchkey-Expires: ")
        buffer.writeDecimal(token.expiresAt.seconds)
        buffer.writeStaticString("\r\n")
    }

    /// The same for the router.
    func add(to fields: inout HTTPFields) {
        var lines = ByteBuffer()
        write(into: &lines)
        for line in String(buffer: lines).split(separator: "\r\n") {
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { continue }
            fields[name] = String(parts[1])
        }
    }
}
