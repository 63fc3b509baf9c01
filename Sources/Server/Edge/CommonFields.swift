import HTTPTypes
import NIOCore
import NIOHTTP1

/// The fields that every answer carries, added in the one place every answer passes.
struct CommonFields: Sendable {
    private let cors: CORSPolicy
    private let fields: [Answer.Field]
    private let fieldsBelowBase: [Answer.Field]
    /// The same as header lines, ready to copy.
    private let lines: String
    private let linesBelowBase: String

    /// `hsts` is the value of `Strict-Transport-Security`, over TLS and when the operator asked for it.
    init(cors: CORSPolicy, hsts: String?) {
        self.cors = cors
        var fields = [
            Answer.Field(name: "Cache-Control", value: "no-store"),
            Answer.Field(name: "X-Content-Type-Options", value: "nosniff"),
        ]
        if let hsts { fields.append(Answer.Field(name: "Strict-Transport-Security", value: hsts)) }
        self.fields = fields
        switch cors {
        case .off: break
        case .anyOrigin: fields += CommonFields.readable(by: "*")
        case .origins: fields.append(Answer.Field(name: "Vary", value: "Origin"))
        }
        fieldsBelowBase = fields
        lines = CommonFields.lines(self.fields)
        linesBelowBase = CommonFields.lines(fields)
    }

    private static func readable(by origin: String) -> [Answer.Field] {
        [
            Answer.Field(name: "Access-Control-Allow-Origin", value: origin),
            Answer.Field(name: "Access-Control-Expose-Headers", value: "retry-after, www-authenticate"),
        ]
    }

    private static func lines(_ fields: [Answer.Field]) -> String {
        fields.map { "\($0.name): \($0.value)\r\n" }.joined()
    }

    /// What depends on who asks: the permission for one of the operator's origins.
    private func fieldsForOrigin(_ exchange: Exchange) -> [Answer.Field] {
        guard case .origins = cors, exchange.isBelowBase, let origin = exchange.origin, cors.admits(origin) else {
            return []
        }
        return CommonFields.readable(by: origin)
    }

    /// Appends them as header lines.
    func write(_ exchange: Exchange, to bytes: inout ByteCursor) {
        bytes.write(exchange.isBelowBase ? linesBelowBase : lines)
        let more = fieldsForOrigin(exchange)
        if !more.isEmpty { bytes.write(CommonFields.lines(more)) }
    }

    /// Adds those a route has not set itself.
    func add(_ exchange: Exchange, to headers: inout HTTPHeaders) {
        for field in (exchange.isBelowBase ? fieldsBelowBase : fields) + fieldsForOrigin(exchange)
        where !headers.contains(name: field.name) {
            headers.add(name: field.name, value: field.value)
        }
    }

    /// Adds those a route has not set itself.
    func add(_ exchange: Exchange, to fields: inout HTTPFields) {
        for field in (exchange.isBelowBase ? fieldsBelowBase : self.fields) + fieldsForOrigin(exchange) {
            guard let name = HTTPField.Name(field.name), !fields.contains(name) else { continue }
            fields[name] = field.value
        }
    }
}
