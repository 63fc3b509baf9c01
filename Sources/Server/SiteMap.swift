/// Which path is which route; the only place that knows the paths.
package struct SiteMap: Sendable {
    /// Where the contract's endpoints live: empty for the root, nil where there are none.
    private let basePath: String?
    private let paths: [(path: String, route: Route)]
    /// Routes of whatever is below a path, which ends in a slash.
    private let subtrees: [(prefix: String, route: Route)]
    private let gateEntries: [(path: [UInt8], route: Route, isBelowBase: Bool)]

    /// `basePath` has no trailing slash; empty for the root.
    package init(basePath: String) {
        self.basePath = basePath
        paths = [
            ("/guard/auth-request", .guardAuthRequest),
            ("/guard/forward-auth", .guardForwardAuth),
            (SiteMap.extAuthz, .guardExtAuthz),
            (basePath + "/api-token-status", .tokenStatus),
            (basePath + "/api-token-generate", .tokenGenerate),
            (basePath + "/api-basic-auth", .basicAuth),
            (basePath + "/api-token-revoke", .tokenRevoke),
            ("/oauth2/introspect", .oauthIntrospect),
            ("/oauth2/revoke", .oauthRevoke),
            ("/oauth2/token", .oauthToken),
            ("/.well-known/oauth-authorization-server", .oauthMetadata),
            ("/health/alive", .alive),
            ("/health/ready", .ready),
            ("/openapi.yaml", .openAPI),
            ("/", .home),
            (SiteMap.docs, .docs),
            ("/status", .statusPage),
            ("/login", .login),
            ("/logout", .logout),
            ("/dashboard", .dashboard),
            (ServiceAccountRoutes.path, .serviceAccounts),
            ("/activity", .activity),
            ("/account", .account),
            ("/admin", .admin),
        ]
        subtrees = [
            (SiteMap.extAuthz + "/", .guardExtAuthz), (SiteMap.assets, .asset), (SiteMap.docsSubtree, .docs),
            ("/invitation/", .invitation),
            (ServiceAccountRoutes.path + "/", .serviceAccounts), ("/admin/", .admin),
        ]
        gateEntries = paths.compactMap { path, route in
            switch route {
            case .guardAuthRequest, .guardForwardAuth, .tokenStatus, .alive:
                (Array(path.utf8), route, SiteMap.isBelow(basePath, path))
            default: nil
            }
        }
    }

    /// Envoy appends the path of its own request to this one.
    static let extAuthz = "/guard/ext-authz"
    static let assets = "/assets/"
    static let docs = "/docs"
    static let docsSubtree = docs + "/"

    /// The metrics port's own, single path.
    package static let metrics = SiteMap()

    private init() {
        basePath = nil
        paths = [("/metrics", .metrics)]
        subtrees = []
        gateEntries = []
    }

    /// The route of a path without its query; an exact match of bytes, but for what is below a subtree's prefix.
    package func route(_ path: some StringProtocol) -> Route {
        let length = path.utf8.count
        for entry in paths where entry.path.utf8.count == length && path.utf8.elementsEqual(entry.path.utf8) {
            return entry.route
        }
        return subtrees.first { path.utf8.starts(with: $0.prefix.utf8) }?.route ?? .unknown
    }

    /// The route of a path in raw bytes, and whether it is below the base, if the gate answers it; nil for all others.
    func gateEntry(_ path: UnsafeRawBufferPointer) -> (route: Route, isBelowBase: Bool)? {
        for entry in gateEntries where entry.path.count == path.count && entry.path.elementsEqual(path) {
            return (entry.route, entry.isBelowBase)
        }
        return nil
    }

    package func path(of route: Route) -> String? {
        paths.first { $0.route == route }?.path
    }

    /// What a route's subtree begins with; nil when it has none.
    func subtree(of route: Route) -> String? {
        subtrees.first { $0.route == route }?.prefix
    }

    /// Whether the contract's rules for the API (CORS, no token in a query) hold for this path.
    package func isBelowBase(_ path: some StringProtocol) -> Bool {
        guard let basePath, SiteMap.isBelow(basePath, path) else { return false }
        return !route(path).isWeb
    }

    private static func isBelow(_ basePath: String, _ path: some StringProtocol) -> Bool {
        guard path.utf8.count >= basePath.utf8.count else { return false }
        let rest = path.utf8.dropFirst(basePath.utf8.count)
        return path.utf8.starts(with: basePath.utf8) && (rest.isEmpty || rest.first == UInt8(ascii: "/"))
    }
}
