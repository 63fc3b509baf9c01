/// What a request asks for, as far as the edge, the metrics and the log tell requests apart.
package enum Route: Int, CaseIterable, Sendable {
    case tokenGenerate, basicAuth, tokenStatus, tokenRevoke, alive, ready, metrics
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
        case .metrics: "metrics"
        case .unknown: "unknown"
        case .refused: "refused"
        }
    }

    /// The methods it takes, in the order of `Allow`.
    package var methods: [String] {
        switch self {
        case .tokenGenerate, .tokenRevoke: ["POST"]
        case .basicAuth, .tokenStatus: ["GET", "POST"]
        case .alive, .ready, .metrics: ["GET", "HEAD"]
        case .unknown, .refused: []
        }
    }
}
