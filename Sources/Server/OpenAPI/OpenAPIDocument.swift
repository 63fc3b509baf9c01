import EmbeddedFiles
import Hummingbird
import NIOCore

/// `/openapi.yaml`: the description of the HTTP API, with this deployment's own paths and address.
struct OpenAPIDocument: Sendable {
    let text: String

    /// The file describes the default settings, so that it is a valid document as it stands; here they make way.
    init(_ configuration: ServerConfiguration) {
        let file = embeddedOpenAPI()
        var text = String(decoding: UnsafeBufferPointer(start: file.bytes, count: file.count), as: UTF8.self)
        text.replace("\n  \(ServerConfiguration().basePath)/", with: "\n  \(configuration.basePath)/")
        if let publicURL = configuration.publicURL {
            text.replace("\n  - url: /\n", with: "\n  - url: \(publicURL)\n", maxReplacements: 1)
        }
        self.text = text
    }

    func answer(_ request: Request, _ context: EdgeRequestContext) async throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/yaml"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
