import NIOCore
import Parsing

/// A whole request in one read, plain enough to be answered without the decoder.
struct PlainRequest {
    let route: Route
    let isBelowBase: Bool
    let origin: String?
    let agent: String
    let forwardedFor: [String]
    let presented: PresentedToken
    let guardRequest: GuardRequest?

    /// Nil unless it is one that the gate answers and that breaks no rule of the edge: the decoder, and the gate behind
    /// it, then see the same bytes and decide. What is taken here is answered there alike.
    ///
    /// `lastAgent` is what the connection's last request named: all of them name the same, and it is decoded once.
    init?(_ bytes: UnsafeRawBufferPointer, _ site: EdgeSite, lastAgent: String = "") {
        let limits = site.limits
        guard bytes.count <= limits.headerBytes, let header = PlainHeader(bytes),
            header.fields <= limits.headerFields, header.path.count + header.query.count < limits.targetBytes,
            let host = header.host, bytes[host].allSatisfy(EdgeRules.isHostByte),
            let entry = site.rules.siteMap.gateEntry(UnsafeRawBufferPointer(rebasing: bytes[header.path]))
        else { return nil }
        route = entry.route
        isBelowBase = entry.isBelowBase
        if entry.route.isGuard {
            // Whether a request without a token may pass depends on more of its fields than are known here.
            guard header.authorization != nil || !site.allowsPreflight else { return nil }
            guardRequest = GuardRequest(query: header.query.isEmpty ? nil : bytes.text(header.query)[...])
        } else {
            guard header.query.isEmpty else { return nil }
            guardRequest = nil
        }
        origin = header.origin.map(bytes.text)
        agent = header.userAgent.map { bytes[$0].elementsEqual(lastAgent.utf8) ? lastAgent : bytes.text($0) } ?? ""
        // Where no proxy is trusted nobody asks.
        let hasProxies = !site.accessLog.trustedProxies.ranges.isEmpty
        forwardedFor = hasProxies ? header.forwardedFor.map { [bytes.text($0)] } ?? [] : []
        presented = PresentedToken(header.authorization.map(bytes.text), count: header.authorization == nil ? 0 : 1)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func text(_ range: Range<Int>) -> String {
        String(decoding: self[range], as: UTF8.self)
    }
}
