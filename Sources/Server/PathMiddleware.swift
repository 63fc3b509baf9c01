import Foundation
import HTTPTypes
import Hummingbird

/// What holds for a path before its route runs: that it exists, its methods, OPTIONS and preflights, no token in a query.
struct PathMiddleware: RouterMiddleware {
    typealias Context = EdgeRequestContext

    let siteMap: SiteMap
    let cors: CORSPolicy

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        let route = siteMap.route(path)
        guard route != .unknown else { throw ErrorResponse.notFound }
        let isBelowBase = siteMap.isBelowBase(path)
        if request.method == .options {
            return isBelowBase && isPreflight(request) ? preflight(request) : options(route)
        }
        guard route.methods.contains(request.method.rawValue) else {
            throw ErrorResponse.methodNotAllowed(route.methods)
        }
        guard isBelowBase else { return try await next(request, context) }
        guard !hasToken(request.uri.query) else { throw ErrorResponse.tokenInQuery }
        // RFC 8470 section 5.1: what came in TLS early data may be a replay; any value counts as the only valid one.
        guard !request.headers.contains(.earlyData) else {
            throw ErrorResponse(.tooEarly, "The request came as early data; send it again after the handshake")
        }
        return try await next(request, context)
    }

    /// Whether a query names `access_token` (RFC 6750 section 2.3), however its letters are encoded.
    private func hasToken(_ query: String?) -> Bool {
        guard let query else { return false }
        return query.split(separator: "&").contains { pair in
            pair.prefix { $0 != "=" }.removingPercentEncoding == "access_token"
        }
    }

    private func options(_ route: Route) -> Response {
        Response(status: .noContent, headers: [.allow: (route.methods + ["OPTIONS"]).joined(separator: ", ")])
    }

    private func isPreflight(_ request: Request) -> Bool {
        request.headers[.origin] != nil && request.headers[.accessControlRequestMethod] != nil
    }

    /// Names the headers one by one: by the Fetch standard `*` does not cover `Authorization`.
    private func preflight(_ request: Request) -> Response {
        guard cors.admits(request.headers[.origin]) else { return Response(status: .noContent) }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, POST",
                .accessControlAllowHeaders: "authorization, content-type",
                .accessControlMaxAge: "600",
            ]
        )
    }
}

extension CORSPolicy {
    /// Whether a page of `origin` may read answers.
    func admits(_ origin: String?) -> Bool {
        switch self {
        case .anyOrigin: true
        case .origins(let allowed): origin.map(allowed.contains) ?? false
        case .off: false
        }
    }
}

extension HTTPField.Name {
    static let earlyData = HTTPField.Name(known: "early-data")
    static let secFetchMode = HTTPField.Name(known: "sec-fetch-mode")
    static let secPurpose = HTTPField.Name(known: "sec-purpose")
    static let purpose = HTTPField.Name(known: "purpose")
    static let xForwardedFor = HTTPField.Name(known: "x-forwarded-for")

    /// For the literals above, which are all tokens; anything else would name a field that no request has.
    init(known name: String) {
        self = HTTPField.Name(name) ?? .trailer
    }
}
