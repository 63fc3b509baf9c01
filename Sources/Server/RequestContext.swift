import Auth
import Hummingbird
import Logging
import NIOCore

/// What a route knows beside the request: the connection it came by.
package struct EdgeRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// The client's address; `ClientAddressMiddleware` sets it ahead of every route.
    var client: IPAddress?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// What the log names this request by. The framework's own `id` traps when the log handler keeps no metadata.
    var requestID: String { logger[metadataKey: "hb.request.id"]?.description ?? "-" }

    /// For the audit: who asks, from where.
    func source(_ request: Request) -> RequestSource {
        RequestSource(address: client, agent: request.headers[.userAgent] ?? "")
    }
}
