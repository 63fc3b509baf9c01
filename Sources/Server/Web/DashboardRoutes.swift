import Auth
import HTTPTypes
import Hummingbird

/// `/dashboard`: one's own token.
struct DashboardRoutes: Sendable {
    let door: WebDoor
    let tokens: TokenForms

    func dashboard(_ visit: WebDoor.Visit) async throws -> Response {
        if visit.isPost {
            if let response = try await tokens.answer(visit, about: visit.account, at: "/dashboard") { return response }
            throw ErrorResponse(.invalidData, "This form has no such button")
        }
        let done = try WebForm(query: visit.request.uri.query)["done"]
        var content = visit.account.facts(at: visit.now)
        content["action"] = "/dashboard"
        content["isRevoked"] = done == "revoked"
        content["apiBase"] = tokens.base
        return try door.page(visit, "Dashboard", "dashboard", content)
    }
}
