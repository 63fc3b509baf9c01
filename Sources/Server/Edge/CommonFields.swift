import HTTPTypes
import NIOCore
import NIOHTTP1

/// The fields that every answer carries, added in the one place every answer passes.
struct CommonFields: Sendable {
    let cors: CORSPolicy
    /// `Strict-Transport-Security`, over TLS and when the operator asked for it.
    let hsts: String?

    private func each(_ exchange: Exchange, _ add: (String, String) -> Void) {
        add("Cache-Control", "no-store")
        add("X-Content-Type-Options", "nosniff")
        if let hsts { add("Strict-Transport-Security", hsts) }
        if exchange.isBelowBase { eachCORS(exchange.origin, add) }
    }

    private func eachCORS(_ origin: String?, _ add: (String, String) -> Void) {
        switch cors {
        case .off: return
        case .anyOrigin:
            add("Access-Control-Allow-Origin", "*")
        case .origins(let allowed):
            add("Vary", "Origin")
            guard let origin, allowed.contains(origin) else { return }
            add("Access-Control-Allow-Origin", origin)
        }
        add("Access-Control-Expose-Headers", "retry-after, www-authenticate")
    }

    /// Appends them as header lines.
    func write(_ exchange: Exchange, into buffer: inout ByteBuffer) {
        each(exchange) { name, value in
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
            buffer.writeStaticString("\r\n")
        }
    }

    /// Adds those a route has not set itself.
    func add(_ exchange: Exchange, to headers: inout HTTPHeaders) {
        each(exchange) { name, value in
            if !headers.contains(name: name) { headers.add(name: name, value: value) }
        }
    }

    /// Adds those a route has not set itself.
    func add(_ exchange: Exchange, to fields: inout HTTPFields) {
        each(exchange) { name, value in
            guard let name = HTTPField.Name(name) else { return }
            if !fields.contains(name) { fields[name] = value }
        }
    }
}
