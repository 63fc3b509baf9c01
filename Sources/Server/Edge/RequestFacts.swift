import HTTPTypes
import NIOHTTP1

/// What the edge must know of a request's header, gathered in one pass over its fields.
struct RequestFacts {
    var hosts = 0
    var host: String?
    var contentLength: String?
    var transferEncoding: String?
    var expect: String?
    var contentEncoding: String?
    /// The request may be a replay of TLS early data, whatever the field says (RFC 8470 section 5.1).
    var earlyData = false
    var origin: String?
    /// The `X-Forwarded-For` fields as they came.
    var forwardedFor: [String] = []
    var asksToClose = false
    var asksToKeepAlive = false
    /// The decoder reads nothing more after a request that offers another protocol.
    var offersUpgrade = false
    /// The first `Authorization` field, and how many there are.
    var authorization: String?
    var authorizations = 0

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers { add(name, value) }
    }

    init(_ fields: HTTPFields) {
        for field in fields { add(field.name.canonicalName, field.value) }
    }

    private mutating func add(_ name: String, _ value: String) {
        switch name.utf8.count {
        case 4 where name.isField("host"):
            hosts += 1
            host = value
        case 6 where name.isField("expect"): expect = joined(expect, value)
        case 6 where name.isField("origin"): origin = value
        case 7 where name.isField("upgrade"): offersUpgrade = true
        case 10 where name.isField("connection"): readConnection(value)
        case 10 where name.isField("early-data"): earlyData = true
        case 13 where name.isField("authorization"):
            authorizations += 1
            if authorization == nil { authorization = value }
        case 14 where name.isField("content-length"): contentLength = joined(contentLength, value)
        case 15 where name.isField("x-forwarded-for"): forwardedFor.append(value)
        case 16 where name.isField("content-encoding"): contentEncoding = joined(contentEncoding, value)
        case 17 where name.isField("transfer-encoding"): transferEncoding = joined(transferEncoding, value)
        default: break
        }
    }

    /// RFC 9110 section 5.3: repeated fields are one list.
    private func joined(_ earlier: String?, _ value: String) -> String {
        earlier.map { "\($0), \(value)" } ?? value
    }

    private mutating func readConnection(_ value: String) {
        for option in value.utf8.split(separator: UInt8(ascii: ",")) {
            let option = Substring(option).trimmingBlanks
            if option.isField("close") { asksToClose = true }
            if option.isField("keep-alive") { asksToKeepAlive = true }
        }
    }

    var hasBlankBehindToken: Bool {
        guard authorizations == 1, let authorization, let last = authorization.utf8.last else { return false }
        return (last == UInt8(ascii: " ") || last == UInt8(ascii: "\t")) && authorization.prefix(6).isField("bearer")
    }

    /// Whether a body may follow the header.
    var announcesBody: Bool {
        transferEncoding != nil || (contentLength != nil && contentLength != "0")
    }
}

extension StringProtocol {
    /// ASCII case-insensitive equality with a lower-case name, without making a lower-case copy.
    func isField(_ name: StaticString) -> Bool {
        guard utf8.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { expected in
            zip(utf8, expected).allSatisfy { byte, lower in
                byte == lower || (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") && byte | 0x20 == lower)
            }
        }
    }
}

extension Substring {
    /// Without the spaces and tabs at both ends.
    var trimmingBlanks: Substring {
        var rest = self
        while rest.utf8.first == UInt8(ascii: " ") || rest.utf8.first == UInt8(ascii: "\t") { rest.removeFirst() }
        while rest.utf8.last == UInt8(ascii: " ") || rest.utf8.last == UInt8(ascii: "\t") { rest.removeLast() }
        return rest
    }
}
