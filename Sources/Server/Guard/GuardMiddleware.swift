import Auth
import Hummingbird
import Logging
import NIOCore

/// The guard paths at the routed door, for requests over HTTP/2; a middleware, for they take any method there is.
struct GuardMiddleware: RouterMiddleware {
    typealias Context = EdgeRequestContext

    let siteMap: SiteMap
    let authority: TokenAuthority
    let loops: EdgeLoops
    let configuration: ServerConfiguration
    let logger: Logger

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let route = siteMap.route((request.head.path ?? "").prefixOfPath)
        guard route.isGuard else { return try await next(request, context) }
        _ = try await request.body.collect(upTo: configuration.limits.bodyBytes)
        let asked = GuardRequest(request.head, route, allowsPreflight: configuration.allowsPreflight)
        let fields = request.headers[values: .authorization]
        switch PresentedToken(fields.first, count: fields.count) {
        case .none: return GuardAnswer.answerWithoutToken(to: asked).response
        case .unusable: return ErrorResponse.invalidToken.answer.response
        case .token(let token):
            let source = context.source(request)
            let verdict = await loops.judge(token, by: authority, source, on: context.channel.eventLoop)
            return GuardAnswer.answer(to: asked, verdict, log: logger).response
        }
    }
}
