import Auth
import Hummingbird
import NIOCore

/// What a route knows beside the request: the connection it came by.
package struct EdgeRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// For the audit: who asks, from where.
    func source(_ request: Request) -> RequestSource {
        RequestSource(address: channel.peerAddress, agent: request.headers[.userAgent] ?? "")
    }
}
