import Auth
import HTTPTypes
import NIOHTTP1

/// What a proxy asks at a guard path about the request it holds back.
struct GuardRequest: Sendable {
    /// What the address demands, as it came; read for a live token only. Nil when it demands nothing.
    private let query: Substring?
    /// The request held back is a CORS preflight, and the operator lets those through.
    let isAllowedPreflight: Bool

    init(query: Substring?) {
        self.query = query
        isAllowedPreflight = false
    }

    init(_ target: String, _ route: Route, isAllowedPreflight: Bool = false) {
        self.isAllowedPreflight = isAllowedPreflight
        let path = target.prefixOfPath
        // Envoy appends the guarded API's own path and query to the guard's address: a query below our path is not ours.
        if path.endIndex == target.endIndex || route == .guardExtAuthz && path.utf8.count > SiteMap.extAuthz.utf8.count
        {
            query = nil
        } else {
            let query = target[target.utf8.index(after: path.endIndex)...]
            self.query = route == .guardExtAuthz ? query.prefixBeforePath : query
        }
    }

    init(_ head: HTTPRequestHead, _ facts: RequestFacts, _ route: Route, allowsPreflight: Bool) {
        let isPreflight =
            allowsPreflight
            && GuardRequest.isPreflight(facts, route, head.method.rawValue) { head.headers[$0] }
        self.init(head.uri, route, isAllowedPreflight: isPreflight)
    }

    init(_ request: HTTPRequest, _ route: Route, allowsPreflight: Bool) {
        let isPreflight =
            allowsPreflight
            && GuardRequest.isPreflight(RequestFacts(request.headerFields), route, request.method.rawValue) { name in
                HTTPField.Name(name).map { request.headerFields[values: $0] } ?? []
            }
        self.init(request.path ?? "", route, isAllowedPreflight: isPreflight)
    }

    var demand: GuardDemand { query.map { GuardDemand(query: $0) } ?? .nothing }

    /// Whether the request held back is a preflight of the Fetch standard, which never carries a token. Its method stands
    /// in the field that this dialect's proxies set, and only there is it believed: a client can send the others'.
    private static func isPreflight(
        _ facts: RequestFacts,
        _ route: Route,
        _ method: String,
        _ values: (String) -> [String]
    ) -> Bool {
        guard facts.authorizations == 0, facts.origin != nil else { return false }
        let original =
            switch route {
            case .guardAuthRequest: values("x-original-method")
            case .guardForwardAuth: values("x-forwarded-method")
            default: [method]
            }
        return original == ["OPTIONS"] && !values("access-control-request-method").isEmpty
    }
}

extension Substring {
    /// The parameters before the first that begins with a slash, where a proxy has appended a path.
    fileprivate var prefixBeforePath: Substring {
        var isStart = true
        for index in utf8.indices {
            if isStart, utf8[index] == UInt8(ascii: "/") { return self[..<index] }
            isStart = utf8[index] == UInt8(ascii: "&")
        }
        return self
    }
}
