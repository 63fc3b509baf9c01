/// What a request asks for, as far as the edge, the metrics and the log tell requests apart.
package enum Route: Int, CaseIterable, Sendable {
    case tokenGenerate, basicAuth, tokenStatus, tokenRevoke, alive, ready, openAPI, metrics
    case guardAuthRequest, guardForwardAuth, guardExtAuthz
    case oauthToken, oauthIntrospect, oauthRevoke, oauthMetadata
    case home, asset, docs, statusPage
    case login, logout, invitation, dashboard, serviceAccounts, activity, account, admin
    /// No path of ours.
    case unknown
    /// Refused before its path was known.
    case refused

    /// The label in metrics and logs.
    package var label: String {
        switch self {
        case .tokenGenerate: "token-generate"
        case .basicAuth: "basic-auth"
        case .tokenStatus: "token-status"
        case .tokenRevoke: "token-revoke"
        case .alive: "health-alive"
        case .ready: "health-ready"
        case .openAPI: "openapi"
        case .metrics: "metrics"
        case .guardAuthRequest: "guard-auth-request"
        case .guardForwardAuth: "guard-forward-auth"
        case .guardExtAuthz: "guard-ext-authz"
        case .oauthToken: "oauth-token"
        case .oauthIntrospect: "oauth-introspect"
        case .oauthRevoke: "oauth-revoke"
        case .oauthMetadata: "oauth-metadata"
        case .home: "home"
        case .asset: "asset"
        case .docs: "docs"
        case .statusPage: "status-page"
        case .login: "login"
        case .logout: "logout"
        case .invitation: "invitation"
        case .dashboard: "dashboard"
        case .serviceAccounts: "service-accounts"
        case .activity: "activity"
        case .account: "account"
        case .admin: "admin"
        case .unknown: "unknown"
        case .refused: "refused"
        }
    }

    /// Forward-auth: any method, any body, and no status but 200, 401, 403 and 503.
    package var isGuard: Bool {
        switch self {
        case .guardAuthRequest, .guardForwardAuth, .guardExtAuthz: true
        default: false
        }
    }

    /// Whose errors have the shape of RFC 6749 section 5.2.
    package var isOAuth: Bool {
        switch self {
        case .oauthToken, .oauthIntrospect, .oauthRevoke: true
        default: false
        }
    }

    /// Pages and what they load: no JSON, no CORS.
    package var isWeb: Bool {
        switch self {
        case .home, .asset, .docs, .statusPage, .login, .logout, .invitation, .dashboard, .serviceAccounts, .activity,
            .account, .admin:
            true
        default: false
        }
    }

    /// The methods it takes, in the order of `Allow`; none where it takes any, or is no path.
    package var methods: [String] {
        switch self {
        case .tokenGenerate, .tokenRevoke, .oauthToken, .oauthIntrospect, .oauthRevoke, .logout: ["POST"]
        case .basicAuth, .tokenStatus: ["GET", "POST"]
        case .alive, .ready, .openAPI, .metrics, .oauthMetadata, .home, .asset, .docs, .statusPage, .activity:
            ["GET", "HEAD"]
        case .login, .invitation, .dashboard, .serviceAccounts, .account, .admin: ["GET", "HEAD", "POST"]
        case .guardAuthRequest, .guardForwardAuth, .guardExtAuthz, .unknown, .refused: []
        }
    }
}
