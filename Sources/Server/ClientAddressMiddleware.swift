import HTTPTypes
import Hummingbird

/// Tells the routes who asks: the client, also when a trusted proxy stands between.
struct ClientAddressMiddleware: RouterMiddleware {
    typealias Context = EdgeRequestContext

    let trustedProxies: TrustedProxies

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.client = trustedProxies.client(
            peer: context.channel.peer,
            forwardedFor: request.headers[values: .xForwardedFor]
        )
        return try await next(request, context)
    }
}
