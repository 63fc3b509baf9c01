import Auth
import HTTPTypes
import Hummingbird

/// `/admin/accounts` and below, for administrators.
struct AdministrationRoutes: Sendable {
    static let path = "/admin/accounts"
    private static let pageSize = 50

    let door: WebDoor
    let accounts: Accounts
    let invitations: Invitations
    let overview: OverviewPage
    let issuer: Issuer

    func answer(_ visit: WebDoor.Visit) async throws -> Response {
        switch visit.request.uri.path {
        case "/admin" where !visit.isPost: try await overview.response(visit)
        case AdministrationRoutes.path where !visit.isPost: try await list(visit)
        case "/admin", AdministrationRoutes.path: throw ErrorResponse.methodNotAllowed(["GET", "HEAD"])
        case AdministrationRoutes.path + "/new": visit.isPost ? try await add(visit) : try new(visit)
        default: try await one(visit)
        }
    }

    private func list(_ visit: WebDoor.Visit) async throws -> Response {
        let form = try WebForm(query: visit.request.uri.query)
        let (prefix, after) = (form.text("q") ?? "", form.text("after"))
        let found = try await accounts.list(
            beginningWith: prefix,
            after: after.flatMap { try? EmailAddress($0) },
            limit: AdministrationRoutes.pageSize + 1
        )
        let shown = found.prefix(AdministrationRoutes.pageSize)
        var content: [String: any Sendable] = [
            "accounts": shown.map { $0.facts(at: visit.now) }, "isEmpty": shown.isEmpty, "q": prefix,
        ]
        if found.count > shown.count, let last = shown.last {
            content["after"] = "q=\(prefix.asQueryValue)&after=\(last.email.key.asQueryValue)"
        }
        return try door.page(visit, "Accounts", "admin-accounts", content)
    }

    private func new(_ visit: WebDoor.Visit, _ refusal: String? = nil) throws -> Response {
        var content: [String: any Sendable] = [
            "email": visit.form["email"], "roles": roles(chosen: Account.Role(rawValue: visit.form["role"]) ?? .member),
        ]
        if let refusal { content["refusal"] = refusal }
        return try door.page(visit, "Add a person", "admin-account-new", content, refusal == nil ? .ok : .badRequest)
    }

    private func add(_ visit: WebDoor.Visit) async throws -> Response {
        guard let role = Account.Role(rawValue: visit.form["role"]) else {
            throw ErrorResponse(.invalidData, "There is no such role")
        }
        let id: AccountID
        do {
            id = try await accounts.add(
                EmailAddress(visit.form["email"]),
                password: nil,
                role: role,
                by: visit.actor
            )
        } catch {
            switch error {
            case .invalidEmail, .emailTaken: return try new(visit, error.description)
            default: throw error
            }
        }
        return try await invite(visit, id, visit.form["email"])
    }

    private func invite(_ visit: WebDoor.Visit, _ id: AccountID, _ email: String) async throws -> Response {
        let secret = try await invitations.invite(id, by: visit.actor)
        let days = Invitations.lifetimeSeconds / 86_400
        let shown = SecretPage(
            title: "An invitation",
            explanation: """
                Send this link to \(email) yourself, by a way that only they read. It opens once, within \(days) days, and lets \
                them choose the password. A link made before is void.
                """,
            values: [("Link", "\(issuer.url)/invitation/\(secret.text)")],
            back: ("\(AdministrationRoutes.path)/\(id)", "To the account")
        )
        return try door.pages.response(shown.page(for: visit.viewer), to: visit.request)
    }

    private func one(_ visit: WebDoor.Visit) async throws -> Response {
        guard let account = try await accounts.find(AccountID(visit.item)) else { throw ErrorResponse.notFound }
        let path = "\(AdministrationRoutes.path)/\(account.id)"
        guard visit.request.uri.path == path else { throw ErrorResponse.notFound }
        guard visit.isPost else { return try show(visit, account) }
        let action = visit.form["action"]
        // The last administrator must not be able to lock everybody out by a slip, and a session alone is no password (ASVS 7.5.1).
        guard account.id != visit.account.id else {
            throw ErrorResponse(.forbidden, "Your own account is changed by another administrator")
        }
        switch action {
        case "invite" where account.canBeInvited:
            return try await invite(visit, account.id, account.email.description)
        case "disable": _ = try await accounts.disable(account.email, by: visit.actor)
        case "enable": _ = try await accounts.enable(account.email, by: visit.actor)
        case "role":
            guard let role = Account.Role(rawValue: visit.form["role"]) else {
                throw ErrorResponse(.invalidData, "There is no such role")
            }
            _ = try await accounts.setRole(of: account.email, to: role, by: visit.actor)
        default: throw ErrorResponse(.invalidData, "This form has no such button")
        }
        return Pages.redirect(to: path)
    }

    private func show(_ visit: WebDoor.Visit, _ account: Account) throws -> Response {
        var content = account.facts(at: visit.now)
        content["action"] = "\(AdministrationRoutes.path)/\(account.id)"
        content["isSelf"] = account.id == visit.account.id
        content["canBeInvited"] = account.canBeInvited
        content["roles"] = roles(chosen: account.role)
        return try door.page(visit, account.email.description, "admin-account", content)
    }

    private func roles(chosen: Account.Role) -> [[String: any Sendable]] {
        Account.Role.allCases.map { role in
            let meaning =
                switch role {
                case .member: "Member: their own token and service accounts"
                case .introspector: "Introspector: may ask about any token"
                case .admin: "Administrator: everything, this page included"
                }
            return ["value": role.rawValue, "label": meaning, "isChosen": role == chosen] as [String: any Sendable]
        }
    }
}

extension Account {
    /// A person's, to which a link can lead; a program's password is its owner's to make.
    fileprivate var canBeInvited: Bool { status == .active && kind.type == .user }
}
