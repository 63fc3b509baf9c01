import HTTPTypes
import Hummingbird
import NIOCore

/// One whole answer of an API path, whichever door it leaves by: the gate writes it as bytes, a route as a `Response`.
///
/// Fields that every answer carries (`Cache-Control`, CORS and the like) are not here: `CommonFields` adds them where
/// every answer passes.
package struct Answer: Sendable {
    package let status: Int
    package let field: Field?
    /// JSON, or empty.
    package let body: ByteBuffer
    /// Who the caller is, for a proxy.
    let identity: GuardIdentity?

    package struct Field: Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    init(status: Int = 200, field: Field? = nil, body: ByteBuffer, identity: GuardIdentity? = nil) {
        self.status = status
        self.field = field
        self.body = body
        self.identity = identity
    }

    static let contentType = "application/json; charset=utf-8"
}

extension Answer {
    /// This answer for the router.
    package var response: Response {
        var fields: HTTPFields = [:]
        if body.readableBytes > 0 { fields[.contentType] = Answer.contentType }
        if let field, let name = HTTPField.Name(field.name) { fields[name] = field.value }
        identity?.add(to: &fields)
        return Response(
            status: HTTPResponse.Status(code: status),
            headers: fields,
            body: ResponseBody(byteBuffer: body)
        )
    }
}
