import Auth
import HTTPTypes
import Hummingbird

/// The buttons that make and end a token, the same for one's own and for a service account's.
struct TokenForms: Sendable {
    let door: WebDoor
    let authority: TokenAuthority
    let issuer: Issuer
    let basePath: String

    /// The address that the API's paths are below.
    var base: String { issuer.url + basePath }

    /// What follows a form with one of these buttons; nil for any other. `path` is the page it was on.
    func answer(_ visit: WebDoor.Visit, about account: Account, at path: String) async throws -> Response? {
        let action = visit.form["action"]
        guard action == "generate" || action == "revoke" else { return nil }
        // Sent again, by a reload say, it must not end the token that it made.
        guard visit.form["generation"] == String(account.generation) else {
            return try changed(visit, account, path)
        }
        if action == "revoke" {
            let ended = try await authority.revokeAsOperator(of: account, by: visit.actor)
            guard ended else { return try changed(visit, account, path) }
            return Pages.redirect(to: path + "?done=revoked")
        }
        if account.isInUse(at: visit.now), visit.form["sure"] != "yes" {
            var content = account.facts(at: visit.now)
            content["action"] = path
            return try door.page(visit, "Replace a token that is in use?", "token-in-use", content)
        }
        let made: GeneratedToken?
        do {
            made = try await authority.generateAsOperator(for: account, by: visit.actor)
        } catch {
            // A pattern in place of the comparison brings the compiler (6.3.1) down.
            guard error != .accountDisabled else { throw ErrorResponse(.forbidden, "The account is disabled") }
            throw error
        }
        guard let made else { return try changed(visit, account, path) }
        let secret = SecretPage.token(
            made,
            of: account.email.description,
            at: base,
            back: (path, path == "/dashboard" ? "To the dashboard" : "To the service account")
        )
        return try door.pages.response(secret.page(for: visit.viewer), to: visit.request)
    }

    private func changed(_ visit: WebDoor.Visit, _ account: Account, _ path: String) throws -> Response {
        try door.page(
            visit,
            "The token has changed",
            "token-changed",
            ["back": path, "email": account.email.description],
            .conflict
        )
    }
}
