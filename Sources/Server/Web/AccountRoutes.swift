import Auth
import HTTPTypes
import Hummingbird

/// `/account`: one's password and sessions.
struct AccountRoutes: Sendable {
    let door: WebDoor
    let accounts: Accounts
    let sessions: SessionAuthority

    func answer(_ visit: WebDoor.Visit) async throws -> Response {
        guard visit.isPost else { return try await page(visit) }
        switch visit.form["action"] {
        case "password": return try await changePassword(visit)
        case "end":
            guard let digest = SecretDigest(hexadecimal: visit.form["session"]) else {
                throw ErrorResponse(.invalidData, "This is no session")
            }
            _ = try await sessions.end(digest, of: visit.account.id, source: visit.source)
        case "end-others":
            _ = try await sessions.endOthers(
                than: visit.session.digest,
                of: visit.account.id,
                source: visit.source
            )
        default: throw ErrorResponse(.invalidData, "This form has no such button")
        }
        return Pages.redirect(to: "/account?done=ended")
    }

    /// Whoever has the session must know the password too (ASVS 7.5.1).
    private func changePassword(_ visit: WebDoor.Visit) async throws -> Response {
        guard visit.form["password"] == visit.form["again"] else {
            return try await page(visit, "The two new passwords are not the same.")
        }
        let known: Int64
        do {
            known = try await sessions.confirm(
                visit.account,
                password: Password(visit.form["current"]),
                source: visit.source
            )
        } catch {
            switch error {
            case .invalidCredentials, .passwordTooLong:
                return try await page(visit, "The current password is not right.")
            case .tooManyAttempts(let seconds):
                let words = "Too many attempts have failed. Try again in \(PageWords.length(Int64(seconds)))."
                return try await page(visit, words, .tooManyRequests)
            default: throw error
            }
        }
        let version: Int64?
        do {
            version = try await accounts.setPassword(
                of: visit.account.email,
                to: Password(visit.form["password"]),
                ifPasswordVersion: known,
                by: visit.actor
            )
        } catch {
            guard let words = AccountRoutes.refusal(ofNewPassword: error) else { throw error }
            return try await page(visit, words)
        }
        // The new password ended all sessions. Nil: somebody else set another meanwhile, which holds, or
        // disabled the account.
        guard let version,
            let secret = try await sessions.begin(
                of: visit.account.id,
                passwordVersion: version,
                inPlaceOf: nil,
                source: visit.source
            )
        else { return Pages.redirect(to: "/login") }
        return door.enter("/account?done=password", with: secret, visit.transport)
    }

    /// What to do about a password that may not be set; nil for errors of another kind.
    static func refusal(ofNewPassword error: AuthError) -> String? {
        switch error {
        case .weakPassword(let refusal): refusal.description
        case .passwordTooLong: "The password has more than 1,024 bytes; choose a shorter one."
        default: nil
        }
    }

    private func page(
        _ visit: WebDoor.Visit,
        _ refusal: String? = nil,
        _ status: HTTPResponse.Status = .badRequest
    ) async throws -> Response {
        let open = try await sessions.sessions(of: visit.account.id)
        let done = try WebForm(query: visit.request.uri.query)["done"]
        var content = visit.account.facts(at: visit.now)
        content["isChanged"] = done == "password"
        content["isEnded"] = done == "ended"
        content["hasOthers"] = open.count > 1
        content["sessions"] = open.map { session -> [String: any Sendable] in
            [
                "digest": session.digest.hexadecimal, "isCurrent": session.digest == visit.session.digest,
                "program": PageWords.program(session.agent), "address": session.address,
                "started": PageWords.time(session.startedAt),
                "seen": PageWords.distance(session.seenAt, from: visit.now),
            ]
        }
        if let refusal { content["refusal"] = refusal }
        return try door.page(visit, "Account", "account", content, refusal == nil ? .ok : status)
    }
}
