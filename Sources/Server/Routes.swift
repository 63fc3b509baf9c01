import Auth
import HTTPTypes
import Hummingbird
import Logging

/// What is mounted where. Over HTTP/1 the gate answers the guard paths, `GET api-token-status` and `GET /health/alive` ahead
/// of all this.
enum Routes {
    static func router(
        _ siteMap: SiteMap,
        configuration: ServerConfiguration,
        guarding: GuardMiddleware,
        tokens: TokenRoutes,
        oauth: OAuthRoutes,
        health: HealthRoutes,
        issuer: Issuer,
        readiness: Readiness,
        web: WebRoutes
    ) -> Router<EdgeRequestContext> {
        let pages = web.door.pages
        let router = router(siteMap, configuration, guarding, pages)
        router.mount(.tokenGenerate, at: siteMap, tokens.generate)
        router.mount(.basicAuth, at: siteMap, tokens.basicAuth)
        router.mount(.tokenStatus, at: siteMap, tokens.status)
        router.mount(.tokenRevoke, at: siteMap, tokens.revoke)
        router.mount(.oauthToken, at: siteMap, oauth.token)
        router.mount(.oauthIntrospect, at: siteMap, oauth.introspect)
        router.mount(.oauthRevoke, at: siteMap, oauth.revoke)
        router.mount(.oauthMetadata, at: siteMap, oauth.metadata)
        router.mount(.alive, at: siteMap, health.alive)
        router.mount(.ready, at: siteMap, health.ready)
        router.mount(.openAPI, at: siteMap, OpenAPIDocument(configuration).answer)
        router.mount(.asset, at: siteMap, pages.assets.answer)
        let docs = DocsRoutes(pages: pages, basePath: configuration.basePath, issuer: issuer)
        router.mount(.docs, at: siteMap, docs.answer)
        router.mount(.statusPage, at: siteMap, StatusPage(pages: pages, readiness: readiness).answer)
        router.mount(.home, at: siteMap) { _, _ in Pages.redirect(to: "/docs") }
        let (door, login) = (web.door, web.login)
        router.mount(.login, at: siteMap, door.anybody(login.login))
        router.mount(.logout, at: siteMap, door.members(login.logout))
        router.mount(.invitation, at: siteMap, door.anybody(login.invitation))
        router.mount(.dashboard, at: siteMap, door.members(web.dashboard.dashboard))
        router.mount(.serviceAccounts, at: siteMap, door.members(web.serviceAccounts.answer))
        router.mount(.activity, at: siteMap, door.members(web.activity.answer))
        router.mount(.account, at: siteMap, door.members(web.account.answer))
        router.mount(.admin, at: siteMap, door.admins(web.administration.answer))
        return router
    }

    /// The metrics port: one path, the same edge.
    static func metrics(
        _ configuration: ServerConfiguration,
        _ metrics: MetricsRoutes
    ) -> Router<EdgeRequestContext> {
        let router = router(.metrics, configuration)
        router.mount(.metrics, at: .metrics, metrics.metrics)
        return router
    }

    private static func router(
        _ siteMap: SiteMap,
        _ configuration: ServerConfiguration,
        _ guarding: GuardMiddleware? = nil,
        _ pages: Pages? = nil
    ) -> Router<EdgeRequestContext> {
        let router = Router(context: EdgeRequestContext.self)
        // First, for all behind it, the guard paths too, tell the store who asks.
        router.add(middleware: ClientAddressMiddleware(trustedProxies: configuration.trustedProxies))
        router.add(middleware: WebMiddleware(siteMap: siteMap))
        router.add(middleware: ErrorMiddleware(siteMap: siteMap, limits: configuration.limits, pages: pages))
        if let guarding { router.add(middleware: guarding) }
        router.add(middleware: PathMiddleware(siteMap: siteMap, cors: configuration.cors))
        return router
    }
}

extension Router<EdgeRequestContext> {
    /// Runs `handler` for the methods of `route`, at its path and below its subtree.
    fileprivate func mount(
        _ route: Route,
        at siteMap: SiteMap,
        _ handler: @escaping @Sendable (Request, EdgeRequestContext) async throws -> Response
    ) {
        let paths = [siteMap.path(of: route), siteMap.subtree(of: route).map { $0 + "**" }].compactMap(\.self)
        for method in route.methods.compactMap(HTTPRequest.Method.init(rawValue:)) {
            for path in paths { on(RouterPath(path), method: method, use: handler) }
        }
    }
}
