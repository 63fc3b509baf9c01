import HTTPTypes
import Hummingbird

/// What every answer of a page or an asset carries, errors and redirections included.
struct WebMiddleware: RouterMiddleware {
    typealias Context = EdgeRequestContext

    let siteMap: SiteMap

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard siteMap.route(request.uri.path).isWeb else { return response }
        for field in WebMiddleware.fields(nonce: nil) where !response.headers.contains(field.name) {
            response.headers.append(field)
        }
        return response
    }

    /// The fields of a page whose own `<script>` and `<link>` carry `nonce`; without one nothing may run or be loaded.
    static func fields(nonce: String?) -> HTTPFields {
        var policy = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        if let nonce {
            policy +=
                "; script-src 'self' 'nonce-\(nonce)'; style-src 'self' 'nonce-\(nonce)'; img-src 'self'; connect-src 'self'"
        }
        var fields: HTTPFields = [
            .referrerPolicy: "no-referrer",
            .crossOriginOpenerPolicy: "same-origin",
            .crossOriginResourcePolicy: "same-origin",
            .contentSecurityPolicy: policy,
        ]
        if nonce != nil { fields[.contentType] = "text/html; charset=utf-8" }
        return fields
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name(known: "referrer-policy")
    static let crossOriginOpenerPolicy = HTTPField.Name(known: "cross-origin-opener-policy")
}
