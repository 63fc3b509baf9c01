import Auth
import Hummingbird

/// `/health/alive` and `/health/ready` at the routed door.
struct HealthRoutes: Sendable {
    let store: any AuthStore

    /// Never touches the store.
    func alive(_ request: Request, _ context: EdgeRequestContext) async throws -> Response {
        HealthAnswer.alive.response
    }

    /// 503 while the store does not answer.
    func ready(_ request: Request, _ context: EdgeRequestContext) async throws -> Response {
        try await store.checkReadiness()
        return HealthAnswer.ready.response
    }
}
