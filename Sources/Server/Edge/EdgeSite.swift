import Auth
import Logging
import NIOCore
import NIOHTTP1

/// What all connections of a listening address share: its rules, its paths and how its answers look.
///
/// A class, for each request reads it several times, and copying a struct of this size counts up and down every reference in it.
final class EdgeSite: Sendable {
    let rules: EdgeRules
    let authority: TokenAuthority
    let commonFields: CommonFields
    let accessLog: AccessLog
    /// Guard paths let CORS preflights pass.
    let allowsPreflight: Bool
    let logger: Logger

    init(
        rules: EdgeRules,
        authority: TokenAuthority,
        commonFields: CommonFields,
        accessLog: AccessLog,
        allowsPreflight: Bool,
        logger: Logger
    ) {
        self.rules = rules
        self.authority = authority
        self.commonFields = commonFields
        self.accessLog = accessLog
        self.allowsPreflight = allowsPreflight
        self.logger = logger
    }

    var limits: EdgeLimits { rules.limits }

    /// Whether the gate answers this request itself: a proxy's question always, verification and liveness by GET, without
    /// a body, at the exact path.
    func gateAnswers(_ exchange: Exchange, _ head: HTTPRequestHead, _ facts: RequestFacts) -> Bool {
        if exchange.route.isGuard { return true }
        guard head.method == .GET, !exchange.hasQuery, !facts.announcesBody, !facts.earlyData else { return false }
        return switch exchange.route {
        case .tokenStatus, .alive: true
        default: false
        }
    }

    /// What a proxy asks; nil when the request is not to a guard path.
    func guardRequest(_ exchange: Exchange, _ head: HTTPRequestHead, _ facts: RequestFacts) -> GuardRequest? {
        guard exchange.route.isGuard else { return nil }
        return GuardRequest(head, facts, exchange.route, allowsPreflight: allowsPreflight)
    }

    /// A whole answer as bytes.
    func write(_ answer: Answer, _ exchange: Exchange, date: String, into buffer: inout ByteBuffer) {
        buffer.write(expecting: 768 + answer.body.readableBytes) { bytes in
            write(status: answer.status, to: &bytes)
            bytes.write(date)
            if answer.body.readableBytes > 0 {
                bytes.write("\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ")
            } else {
                bytes.write("\r\nContent-Length: ")
            }
            bytes.write(Int64(answer.body.readableBytes))
            bytes.write("\r\n")
            commonFields.write(exchange, to: &bytes)
            if let field = answer.field {
                bytes.write(field.name)
                bytes.write(": ")
                bytes.write(field.value)
                bytes.write("\r\n")
            }
            answer.identity?.write(to: &bytes)
            if exchange.closes {
                bytes.write("Connection: close\r\n")
            } else if exchange.announcesKeepAlive {
                bytes.write("Connection: keep-alive\r\n")
            }
            bytes.write("\r\n")
            if !exchange.isHead { answer.body.withUnsafeReadableBytes { bytes.write($0) } }
        }
    }

    private func write(status: Int, to bytes: inout ByteCursor) {
        if status == 200 {
            bytes.write("HTTP/1.1 200 OK\r\nDate: ")
        } else {
            bytes.write("HTTP/1.1 \(status) \(HTTPResponseStatus(statusCode: status).reasonPhrase)\r\nDate: ")
        }
    }

    /// The head of a router's answer with what is not the router's to say.
    func complete(_ head: inout HTTPResponseHead, _ exchange: Exchange) {
        commonFields.add(exchange, to: &head.headers)
        if exchange.closes {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if exchange.announcesKeepAlive {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
    }
}
