import Auth
import Hummingbird

/// `/status`: for people, whether the server is ready and since when. It says so with 200 either way; the status code for machines
/// is that of `/health/ready`.
struct StatusPage: Sendable {
    let pages: Pages
    let readiness: Readiness
    /// When this process began to serve.
    var startedAt = WallClock.system.now

    func answer(_ request: Request, _ context: EdgeRequestContext) async throws -> Response {
        try pages.response(page(await readiness.current()), to: request)
    }

    func page(_ state: Readiness.State) -> Page {
        let content: [String: any Sendable] = [
            "isReady": state.isReady,
            "since": StatusPage.time(state.since),
            "startedAt": StatusPage.time(startedAt),
            "checkedAt": StatusPage.time(state.checkedAt),
        ]
        return Page(state.isReady ? "Ready" : "Not ready", template: "status", content: content)
    }

    /// For a `<time>`: what machines read, and words for those without a script.
    private static func time(_ time: Timestamp) -> [String: any Sendable] {
        let text = time.description
        return ["machine": text, "words": "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"]
    }
}
