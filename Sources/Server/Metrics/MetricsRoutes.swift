import Auth
import HTTPTypes
import Hummingbird
import NIOCore

/// `/metrics` in the Prometheus text format, version 0.0.4.
struct MetricsRoutes: Sendable {
    let loops: EdgeLoops
    let hasher: PasswordHasher
    let authority: TokenAuthority
    let expiry: ExpiryGauges

    func metrics(_ request: Request, _ context: EdgeRequestContext) async throws -> Response {
        let figures = MetricsText.Figures(
            counts: try await loops.counts(),
            hasher: hasher.load,
            signIns: authority.signIn.counts,
            throttling: authority.throttling,
            tokens: await expiry.tokens(),
            process: ProcessFigures.now()
        )
        let text = MetricsText(figures).text
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
