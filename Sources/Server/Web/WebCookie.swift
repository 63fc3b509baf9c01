import Auth
import HTTPTypes
import Hummingbird

/// The two cookies of the pages; the API's paths never look at them.
///
/// With TLS they are bound to the host by their prefix (RFC 6265bis section 4.1.3.2). On loopback without TLS, where a
/// browser would not take such a cookie, they go by other names.
enum WebCookie: String, Sendable {
    /// Whoever is logged in.
    case session = "latchkey"
    /// Whoever is looking at a form without being logged in.
    case form = "latchkey-form"

    private static let prefix = "__Host-"

    private func name(_ transport: Transport) -> String {
        transport == .secure ? WebCookie.prefix + rawValue : rawValue
    }

    /// Nil when the request has none of this kind that is one of ours by its form.
    func secret(in request: Request, _ transport: Transport) -> OpaqueSecret? {
        transport == .plain ? nil : WebCookie.value(of: name(transport), in: request).flatMap { OpaqueSecret($0) }
    }

    /// For the way pages look alone: whoever has a cookie is asked for nothing by it.
    static func looksLoggedIn(_ request: Request) -> Bool {
        [prefix + session.rawValue, session.rawValue].contains { value(of: $0, in: request) != nil }
    }

    /// A `Set-Cookie` that ends with the browser; without a secret, one that ends it now.
    func field(_ secret: OpaqueSecret?, _ transport: Transport) -> HTTPField {
        var value = "\(name(transport))=\(secret?.text ?? ""); Path=/; HttpOnly; SameSite=Strict"
        if secret == nil { value += "; Max-Age=0" }
        if transport == .secure { value += "; Secure" }
        return HTTPField(name: .setCookie, value: value)
    }

    private static func value(of name: String, in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0].trimmingBlanks == name { return String(parts[1].trimmingBlanks) }
            }
        }
        return nil
    }
}
