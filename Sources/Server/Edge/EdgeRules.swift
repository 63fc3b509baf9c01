import HTTPTypes
import NIOHTTP1

/// The rules of RFC 9112 and of our limits on a request's header that the decoder does not enforce.
struct EdgeRules: Sendable {
    let limits: EdgeLimits
    let siteMap: SiteMap

    /// Why an HTTP/1 request is refused before anything is done for it; nil when it may pass.
    func refusal(_ head: HTTPRequestHead, _ facts: RequestFacts, _ route: Route) -> ErrorResponse? {
        guard head.version == .http1_1 || head.version == .http1_0 else {
            return .versionNotSupported
        }
        guard head.uri.utf8.count <= limits.targetBytes else { return uriTooLong }
        guard facts.hosts == 1 || (facts.hosts == 0 && head.version == .http1_0) else {
            return ErrorResponse(.invalidData, "A request has exactly one Host header")
        }
        if let host = facts.host, !EdgeRules.isHost(host) { return EdgeRules.noHost }
        guard head.uri.utf8.first == UInt8(ascii: "/") || head.uri == "*" || head.method == .CONNECT else {
            return EdgeRules.noTarget
        }
        if let coding = facts.transferEncoding {
            if let refusal = refusal(transferEncoding: coding, head.version) { return refusal }
        }
        return switch head.method {
        case .CONNECT: EdgeRules.noProxy
        case .TRACE where !route.isGuard: ErrorResponse.methodNotAllowed(route.methods)
        default: refusal(facts)
        }
    }

    /// Why an HTTP/2 request is refused before anything is done for it; nil when it may pass.
    func refusal(_ request: HTTPRequest, _ facts: RequestFacts) -> ErrorResponse? {
        let target = request.path ?? ""
        guard target.utf8.count <= limits.targetBytes else { return uriTooLong }
        guard request.headerFields.count <= limits.headerFields else { return headersTooLarge }
        guard request.method != .connect else { return EdgeRules.noProxy }
        guard target.utf8.first == UInt8(ascii: "/") || target == "*" else { return EdgeRules.noTarget }
        // RFC 9113 section 8.3.1: one of them, or both alike.
        guard facts.hosts < 2, let host = request.authority ?? facts.host, facts.host ?? host == host,
            EdgeRules.isHost(host)
        else { return EdgeRules.noHost }
        return refusal(facts)
    }

    /// The rules that HTTP/1 and HTTP/2 share.
    func refusal(_ facts: RequestFacts) -> ErrorResponse? {
        if let expect = facts.expect, !expect.isField("100-continue") {
            return ErrorResponse(.expectationFailed, "The only expectation this server meets is 100-continue")
        }
        if let length = facts.contentLength {
            guard let bytes = Int(length), bytes >= 0 else {
                return ErrorResponse(.invalidData, "Content-Length is not a number")
            }
            guard bytes <= limits.bodyBytes else { return payloadTooLarge }
        }
        if facts.announcesBody, let coding = facts.contentEncoding, !coding.isField("identity") {
            return ErrorResponse(.unsupportedMediaType, "Send the body without a Content-Encoding")
        }
        return nil
    }

    /// What the client is told of bytes that the decoder does not take.
    func refusal(_ error: HTTPParserError) -> ErrorResponse {
        switch error {
        case .headerOverflow: headersTooLarge
        case .invalidVersion: .versionNotSupported
        default: ErrorResponse(.invalidData, "The request is not well-formed HTTP/1.1")
        }
    }

    private static let noHost = ErrorResponse(.invalidData, "The Host header is not a host")
    private static let noProxy = ErrorResponse(.notImplemented, "This server is not a proxy")
    private static let noTarget = ErrorResponse(
        .invalidData,
        "The request target is neither a path nor an http address"
    )

    private var uriTooLong: ErrorResponse {
        ErrorResponse(.uriTooLong, "The request target has more than \(limits.targetBytes) bytes")
    }

    private var headersTooLarge: ErrorResponse {
        ErrorResponse(.headersTooLarge, "The header has more than \(limits.headerBytes) bytes or too many fields")
    }

    var payloadTooLarge: ErrorResponse { EdgeRules.payloadTooLarge(limits) }

    static func payloadTooLarge(_ limits: EdgeLimits) -> ErrorResponse {
        ErrorResponse(.payloadTooLarge, "The body has more than \(limits.bodyBytes) bytes")
    }

    private func refusal(transferEncoding: String, _ version: HTTPVersion) -> ErrorResponse? {
        guard version == .http1_1 else {
            return ErrorResponse(.invalidData, "HTTP/1.0 has no Transfer-Encoding")
        }
        let codings = transferEncoding.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingBlanks)
        guard codings.last?.isField("chunked") == true, codings.dropLast().allSatisfy({ !$0.isField("chunked") }) else {
            return ErrorResponse(.invalidData, "The last Transfer-Encoding is chunked, and the only chunked one")
        }
        guard codings.count == 1 else {
            return ErrorResponse(.notImplemented, "The only Transfer-Encoding this server knows is chunked")
        }
        return nil
    }

    /// RFC 3986 host and port characters; empty is legal (RFC 9112 section 3.2).
    private static func isHost(_ text: String) -> Bool {
        text.utf8.allSatisfy(isHostByte)
    }

    static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~:[]%!$&'()*+;=".utf8.contains(byte)
        }
    }
}
