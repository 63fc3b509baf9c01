import Auth
import HTTPTypes
import Hummingbird
import NIOCore

/// Who may see a page: decides that, and checks every form, before the page's own code runs.
struct WebDoor: Sendable {
    typealias Handler = @Sendable (Request, EdgeRequestContext) async throws -> Response

    let pages: Pages
    let sessions: SessionAuthority
    let transports: TransportRules
    let siteMap: SiteMap
    let limits: EdgeLimits

    /// A request of somebody who is logged in.
    struct Visit: Sendable {
        let request: Request
        let account: Account
        let session: Session
        let secret: OpaqueSecret
        let now: Timestamp
        let viewer: Page.Viewer
        let source: RequestSource
        let transport: Transport
        /// What was posted, its token checked; empty for a GET.
        let form: WebForm

        var isPost: Bool { request.method == .post }
        /// For the audit of what this person does to whichever account.
        var actor: AuditSource { .account(account.id, source) }
        /// The path's last part.
        var item: Substring { request.uri.path.split(separator: "/").last ?? "" }
    }

    /// A request of anybody.
    struct Passing: Sendable {
        let request: Request
        let source: RequestSource
        let transport: Transport
        /// What the browser's cookie has; whether that session holds is for whoever needs to know.
        let session: OpaqueSecret?
        let formToken: String
        let form: WebForm

        var isPost: Bool { request.method == .post }
    }

    /// Lets people who are logged in through and sends all others to log in.
    func members(_ body: @escaping @Sendable (Visit) async throws -> Response) -> Handler {
        { [self] request, context in
            let transport = transports.transport(of: request, peer: context.channel.peer)
            guard let secret = WebCookie.session.secret(in: request, transport),
                let open = try await sessions.resume(secret)
            else { return toLogin(request, transport) }
            let form = try await form(request, under: secret)
            return try await body(
                Visit(
                    request: request,
                    account: open.account,
                    session: open.session,
                    secret: secret,
                    now: open.now,
                    viewer: Page.Viewer(
                        email: open.account.email.description,
                        isAdmin: open.account.role == .admin,
                        formToken: sessions.formToken(secret)
                    ),
                    source: context.source(request),
                    transport: transport,
                    form: form
                )
            )
        }
    }

    /// Of those, lets administrators through.
    func admins(_ body: @escaping @Sendable (Visit) async throws -> Response) -> Handler {
        members { visit in
            guard visit.account.role == .admin else {
                throw ErrorResponse(.forbidden, "Only administrators may see this")
            }
            return try await body(visit)
        }
    }

    /// Lets anybody through, under a cookie that their forms belong to.
    func anybody(_ body: @escaping @Sendable (Passing) async throws -> Response) -> Handler {
        { [self] request, context in
            let transport = transports.transport(of: request, peer: context.channel.peer)
            let known = WebCookie.form.secret(in: request, transport)
            var generator = SystemRandomNumberGenerator()
            let secret = known ?? OpaqueSecret.random(using: &generator)
            let form = transport == .plain ? .empty : try await form(request, under: secret)
            var response = try await body(
                Passing(
                    request: request,
                    source: context.source(request),
                    transport: transport,
                    session: WebCookie.session.secret(in: request, transport),
                    formToken: sessions.formToken(secret),
                    form: form
                )
            )
            if known == nil, transport != .plain {
                response.headers.append(WebCookie.form.field(secret, transport))
            }
            return response
        }
    }

    /// A page for whoever visits, with what its forms carry.
    func page(
        _ visit: Visit,
        _ title: String,
        _ template: String,
        _ content: [String: any Sendable],
        _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        var content = content
        content["form"] = visit.viewer.formToken
        return try pages.response(
            Page(title, template: template, content: content, status: status, viewer: visit.viewer),
            to: visit.request
        )
    }

    /// Where a session begins: the cookie that anybody could have planted before is no longer.
    func enter(_ path: String, with secret: OpaqueSecret, _ transport: Transport) -> Response {
        var response = Pages.redirect(to: path)
        response.headers.append(WebCookie.session.field(secret, transport))
        response.headers.append(WebCookie.form.field(nil, transport))
        return response
    }

    private func toLogin(_ request: Request, _ transport: Transport) -> Response {
        let isWorthReturning = request.method == .get && request.uri.path != "/dashboard"
        var response = Pages.redirect(to: isWorthReturning ? "/login?next=\(request.uri.path)" : "/login")
        // The cookie of a session that is over.
        if WebCookie.looksLoggedIn(request), transport != .plain {
            response.headers.append(WebCookie.session.field(nil, transport))
        }
        return response
    }

    /// A path of a page of ours, for going on after logging in; anything else is the dashboard.
    func next(_ path: String) -> String {
        let isOurs = path.utf8.allSatisfy { EdgeRules.isHostByte($0) || $0 == UInt8(ascii: "/") }
        return isOurs && siteMap.route(path).isWeb && !["/login", "/logout"].contains(path) ? path : "/dashboard"
    }

    /// Reads a posted form if it was sent from a page of ours that was shown under `secret`.
    private func form(_ request: Request, under secret: OpaqueSecret) async throws -> WebForm {
        let body = try await request.body.collect(upTo: limits.bodyBytes)
        guard request.method == .post else { return .empty }
        let form = try WebForm(body: Array(body.readableBytesView), contentType: request.headers[.contentType])
        guard comesFromOurPage(request), sessions.isFormToken(form["form"], of: secret) else {
            throw ErrorResponse(
                .forbidden,
                "The form was not sent from its own page, or you have logged in or out since; go back and load that page again"
            )
        }
        return form
    }

    /// By Fetch Metadata where the browser tells it, else by `Origin`. A page without a referrer sends `Origin: null` for its
    /// own forms too, and other programs send neither: then the form's token decides alone.
    private func comesFromOurPage(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = request.headers[.origin], origin != "null" else { return true }
        guard let host = request.head.authority, let start = origin.firstRange(of: "://") else { return false }
        return origin[start.upperBound...].lowercased() == host.lowercased()
    }
}
