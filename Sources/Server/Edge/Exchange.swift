import NIOCore
import NIOHTTP1

/// One request and its answer, as far as the edge must remember them.
struct Exchange {
    let route: Route
    let method: String
    let isHead: Bool
    let isBelowBase: Bool
    let hasQuery: Bool
    let origin: String?
    /// Nil for none: to copy an empty array would cost a call to count it.
    private let forwarded: [String]?
    let startedAt: NIODeadline
    /// The connection ends with this answer.
    var closes: Bool
    /// HTTP/1.0 wants to be told that the connection stays.
    let announcesKeepAlive: Bool
    var status = 0

    init(_ head: HTTPRequestHead, _ facts: RequestFacts, siteMap: SiteMap, startedAt: NIODeadline) {
        let path = head.uri.prefixOfPath
        route = siteMap.route(path)
        isBelowBase = siteMap.isBelowBase(path)
        hasQuery = path.endIndex < head.uri.endIndex
        method = head.method.rawValue
        isHead = head.method == .HEAD
        origin = facts.origin
        forwarded = facts.forwardedFor.isEmpty ? nil : facts.forwardedFor
        self.startedAt = startedAt
        closes = facts.asksToClose || facts.offersUpgrade || (head.version == .http1_0 && !facts.asksToKeepAlive)
        announcesKeepAlive = head.version == .http1_0 && !closes
    }

    init(_ plain: PlainRequest, startedAt: NIODeadline) {
        self.init(
            route: plain.route,
            method: "GET",
            isBelowBase: plain.isBelowBase,
            origin: plain.origin,
            forwardedFor: plain.forwardedFor,
            startedAt: startedAt
        )
    }

    /// A request that was refused before its header was complete; `target` is empty when even that is not known.
    ///
    /// Then no page may read the answer: the contract lets pages read below the base path alone, and a browser's request
    /// shows its target in its first read.
    init(refused target: String, siteMap: SiteMap, startedAt: NIODeadline) {
        route = .refused
        isBelowBase = siteMap.isBelowBase(target.originForm.prefixOfPath)
        hasQuery = false
        method = "-"
        isHead = false
        origin = nil
        forwarded = nil
        self.startedAt = startedAt
        closes = true
        announcesKeepAlive = false
    }

    init(
        route: Route,
        method: String,
        isBelowBase: Bool,
        origin: String?,
        forwardedFor: [String],
        startedAt: NIODeadline
    ) {
        self.route = route
        self.method = method
        isHead = method == "HEAD"
        self.isBelowBase = isBelowBase
        hasQuery = false
        self.origin = origin
        forwarded = forwardedFor.isEmpty ? nil : forwardedFor
        self.startedAt = startedAt
        closes = false
        announcesKeepAlive = false
    }

    /// The values of the request's `X-Forwarded-For` fields.
    var forwardedFor: [String] { forwarded ?? [] }
}

extension String {
    /// A request target without the scheme and host of its absolute form (RFC 9112 section 3.2.2); others as they are.
    var originForm: String {
        guard utf8.first != UInt8(ascii: "/") else { return self }
        for scheme in ["http://", "https://"] where prefix(scheme.count).lowercased() == scheme {
            let rest = dropFirst(scheme.count)
            guard let path = rest.utf8.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") })
            else { return "/" }
            return rest[path] == "/" ? String(rest[path...]) : "/" + rest[path...]
        }
        return self
    }

    /// A request target up to its query.
    var prefixOfPath: Substring {
        guard let mark = utf8.firstIndex(of: UInt8(ascii: "?")) else { return self[...] }
        return self[..<mark]
    }
}
