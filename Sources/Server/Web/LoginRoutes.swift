import Auth
import HTTPTypes
import Hummingbird

/// `/login`, `/logout` and the link of an invitation.
struct LoginRoutes: Sendable {
    let door: WebDoor
    let sessions: SessionAuthority
    let invitations: Invitations

    func login(_ passing: WebDoor.Passing) async throws -> Response {
        guard passing.transport != .plain else { return try withoutTLS(passing) }
        let query = try WebForm(query: passing.request.uri.query)
        guard passing.isPost else {
            if let session = passing.session, try await sessions.resume(session) != nil {
                return Pages.redirect(to: door.next(query["next"]))
            }
            return try page(passing, next: query["next"], isGone: query["ended"] == "1")
        }
        let form = passing.form
        guard let email = form.text("email"), !form["password"].isEmpty else {
            return try page(passing, next: form["next"], (400, "Type your e-mail address and your password."))
        }
        do {
            let secret = try await sessions.logIn(
                email: email,
                password: Password(form["password"]),
                inPlaceOf: passing.session,
                source: passing.source
            )
            return door.enter(door.next(form["next"]), with: secret, passing.transport)
        } catch {
            guard let refusal = LoginRoutes.refusal(error) else { throw error }
            var response = try page(passing, next: form["next"], email: email, (refusal.status, refusal.words))
            if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
            return response
        }
    }

    func logout(_ visit: WebDoor.Visit) async throws -> Response {
        _ = try await sessions.end(visit.session.digest, of: visit.account.id, source: visit.source)
        var response = Pages.redirect(to: "/login?ended=1")
        response.headers.append(WebCookie.session.field(nil, visit.transport))
        return response
    }

    /// `/invitation/SECRET`: whoever has the link sets the password, once.
    func invitation(_ passing: WebDoor.Passing) async throws -> Response {
        guard passing.transport != .plain else { return try withoutTLS(passing) }
        let item = passing.request.uri.path.split(separator: "/").last ?? ""
        guard let secret = OpaqueSecret(String(item)), let account = try await invitations.account(secret) else {
            throw ErrorResponse(.notFound, "This invitation is over")
        }
        guard passing.isPost else { return try invitationPage(passing, account) }
        guard passing.form["password"] == passing.form["again"] else {
            return try invitationPage(passing, account, "The two passwords are not the same.")
        }
        do {
            guard
                let version = try await invitations.accept(
                    secret,
                    of: account,
                    password: Password(passing.form["password"]),
                    source: passing.source
                )
            else { throw ErrorResponse(.notFound, "This invitation is over") }
            guard account.kind.type == .user,
                let session = try await sessions.begin(
                    of: account.id,
                    passwordVersion: version,
                    inPlaceOf: passing.session,
                    source: passing.source
                )
            else { return Pages.redirect(to: "/login") }
            return door.enter("/dashboard", with: session, passing.transport)
        } catch let error as AuthError {
            guard let words = AccountRoutes.refusal(ofNewPassword: error) else { throw error }
            return try invitationPage(passing, account, words)
        }
    }

    private func page(
        _ passing: WebDoor.Passing,
        next: String,
        isGone: Bool = false,
        email: String = "",
        _ refusal: (status: Int, words: String)? = nil
    ) throws -> Response {
        var content: [String: any Sendable] = [
            "form": passing.formToken, "next": door.next(next), "email": email, "isGone": isGone,
        ]
        if let refusal { content["refusal"] = refusal.words }
        let status = HTTPResponse.Status(code: refusal?.status ?? 200)
        return try door.pages.response(
            Page(refusal == nil ? "Log in" : "Not logged in", template: "login", content: content, status: status),
            to: passing.request
        )
    }

    private func invitationPage(
        _ passing: WebDoor.Passing,
        _ account: Account,
        _ refusal: String? = nil
    ) throws -> Response {
        var content: [String: any Sendable] = ["form": passing.formToken, "email": account.email.description]
        if let refusal { content["refusal"] = refusal }
        return try door.pages.response(
            Page(
                "Choose a password",
                template: "invitation",
                content: content,
                status: refusal == nil ? .ok : .badRequest
            ),
            to: passing.request
        )
    }

    private func withoutTLS(_ passing: WebDoor.Passing) throws -> Response {
        try door.pages.response(Page("TLS is required", template: "plain", status: .forbidden), to: passing.request)
    }

    private static func refusal(_ error: AuthError) -> (status: Int, words: String, retryAfter: Int?)? {
        switch error {
        case .invalidCredentials: (400, "We didn’t find an account with those login credentials.", nil)
        case .notUserAccount:
            (403, "This is a service account. It signs in by the API; its owner sees it on their own dashboard.", nil)
        case .tooManyAttempts(let seconds):
            (
                429,
                "Too many attempts have failed. Try again in \(PageWords.length(Int64(seconds))). Tokens go on working.",
                seconds
            )
        case .overloaded(let seconds):
            (503, "Many people are logging in right now. Try again in a moment.", seconds)
        case .passwordTooLong: (400, "The password has more than 1,024 bytes.", nil)
        default: nil
        }
    }
}
