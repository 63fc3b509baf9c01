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
            "since": PageWords.time(state.since),
            "startedAt": PageWords.time(startedAt),
            "checkedAt": PageWords.time(state.checkedAt),
        ]
        return Page(state.isReady ? "Ready" : "Not ready", template: "status", content: content)
    }
}
