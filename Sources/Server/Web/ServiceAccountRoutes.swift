import Auth
import HTTPTypes
import Hummingbird

/// `/service-accounts` and below: what an owner sees and does, of their own alone.
struct ServiceAccountRoutes: Sendable {
    static let path = "/service-accounts"
    private static let pageSize = 50

    let door: WebDoor
    let accounts: Accounts
    let tokens: TokenForms

    func answer(_ visit: WebDoor.Visit) async throws -> Response {
        switch visit.request.uri.path {
        case ServiceAccountRoutes.path: try await list(visit)
        case ServiceAccountRoutes.path + "/new": visit.isPost ? try await add(visit) : try new(visit)
        default: try await one(visit)
        }
    }

    private func list(_ visit: WebDoor.Visit) async throws -> Response {
        guard !visit.isPost else { throw ErrorResponse.methodNotAllowed(["GET", "HEAD"]) }
        let after = try WebForm(query: visit.request.uri.query).text("after")
        let found = try await accounts.services(
            of: visit.account.id,
            after: after.flatMap { try? EmailAddress($0) },
            limit: ServiceAccountRoutes.pageSize + 1
        )
        let shown = found.prefix(ServiceAccountRoutes.pageSize)
        var content: [String: any Sendable] = [
            "accounts": shown.map { $0.facts(at: visit.now) }, "isEmpty": shown.isEmpty && after == nil,
        ]
        if found.count > shown.count, let last = shown.last { content["after"] = last.email.key.asQueryValue }
        return try door.page(visit, "Service accounts", "service-accounts", content)
    }

    private func new(_ visit: WebDoor.Visit, _ refusal: String? = nil) throws -> Response {
        var content: [String: any Sendable] = [
            "email": visit.form["email"], "purpose": visit.form["purpose"], "scopes": visit.form["scopes"],
        ]
        if let refusal { content["refusal"] = refusal }
        return try door.page(
            visit,
            "New service account",
            "service-account-new",
            content,
            refusal == nil ? .ok : .badRequest
        )
    }

    private func add(_ visit: WebDoor.Visit) async throws -> Response {
        var generator = SystemRandomNumberGenerator()
        let made = Password.generate(using: &generator)
        let id: AccountID
        do {
            id = try await accounts.addService(
                EmailAddress(visit.form["email"]),
                owner: visit.account.email,
                purpose: visit.form["purpose"],
                password: made.password,
                scopes: Scope.list(visit.form["scopes"]),
                by: visit.actor
            )
        } catch {
            switch error {
            case .invalidEmail, .invalidPurpose, .invalidScope, .emailTaken:
                return try new(visit, error.description)
            case .ownerNotEligible: throw ErrorResponse(.forbidden, "Only people have service accounts")
            default: throw error
            }
        }
        return try credentials(visit, "Your new service account", visit.form["email"], made.text, id)
    }

    private func one(_ visit: WebDoor.Visit) async throws -> Response {
        // Whose it is not learns nothing, not even that it exists.
        guard let account = try await accounts.find(AccountID(visit.item)), account.isOwned(by: visit.account) else {
            throw ErrorResponse.notFound
        }
        let path = "\(ServiceAccountRoutes.path)/\(account.id)"
        guard visit.request.uri.path == path else { throw ErrorResponse.notFound }
        guard visit.isPost else { return try show(visit, account) }
        if let response = try await tokens.answer(visit, about: account, at: path) { return response }
        switch visit.form["action"] {
        case "password":
            // It would sign in as soon as an administrator enables the account.
            guard account.status == .active else { throw ErrorResponse(.forbidden, "The account is disabled") }
            // Sent again it must not end the password that it made.
            guard visit.form["version"] == String(account.passwordVersion) else { return Pages.redirect(to: path) }
            var generator = SystemRandomNumberGenerator()
            let made = Password.generate(using: &generator)
            let version = try await accounts.setPassword(
                of: account.email,
                to: made.password,
                ifPasswordVersion: account.passwordVersion,
                by: visit.actor
            )
            guard version != nil else { return Pages.redirect(to: path) }
            return try credentials(visit, "The new password", account.email.description, made.text, account.id)
        case "disable": _ = try await accounts.disable(account.email, by: visit.actor)
        case "enable":
            // It may be an administrator who disabled it.
            throw ErrorResponse(.forbidden, "Only an administrator enables an account")
        default: throw ErrorResponse(.invalidData, "This form has no such button")
        }
        return Pages.redirect(to: path)
    }

    private func show(_ visit: WebDoor.Visit, _ account: Account) throws -> Response {
        var content = account.facts(at: visit.now)
        content["action"] = "\(ServiceAccountRoutes.path)/\(account.id)"
        content["isRevoked"] = try WebForm(query: visit.request.uri.query)["done"] == "revoked"
        return try door.page(visit, account.email.description, "service-account", content)
    }

    private func credentials(
        _ visit: WebDoor.Visit,
        _ title: String,
        _ email: String,
        _ password: String,
        _ id: AccountID
    ) throws -> Response {
        let secret = SecretPage(
            title: title,
            explanation: "Copy the password now: it is not stored, so it cannot be shown again.",
            values: [("E-mail", email), ("Password", password)],
            snippet: """
                curl \((tokens.base + "/api-token-generate").asShellWord) \\
                  --form \("email=\(email)".asShellWord) \\
                  --form \("password=\(password)".asShellWord)
                """,
            back: ("\(ServiceAccountRoutes.path)/\(id)", "To the service account")
        )
        return try door.pages.response(secret.page(for: visit.viewer), to: visit.request)
    }
}

extension Account {
    func isOwned(by person: Account) -> Bool {
        guard case .service(let owner, _) = kind else { return false }
        return owner.number == person.id.number
    }
}

extension String {
    /// For a query of our own links (RFC 3986 section 3.4).
    var asQueryValue: String {
        utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "@"), UInt8(ascii: ":"):
                String(UnicodeScalar(byte))
            default: "%" + String(byte >> 4, radix: 16, uppercase: true) + String(byte & 15, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
