import HTTPTypes
import Hummingbird
import NIOCore

/// Makes answers of pages: the layout around them, the header fields they need, and errors in the same dress.
struct Pages: Sendable {
    private let templates = Templates()
    let assets = Assets()

    /// Throws only when a template is missing or broken.
    func response(_ page: Page, to request: Request) throws -> Response {
        let nonce = Pages.nonce()
        var layout: [String: any Sendable] = [
            "title": page.title,
            "content": try templates.render(page.template, with: page.content),
            "nonce": nonce,
            "icon": try assets.path("latchkey.svg"),
            "stylesheet": try assets.path("latchkey.css"),
            "script": try assets.path("latchkey.js"),
            "navigation": Pages.links([("Documentation", "/docs"), ("Status", "/status")], at: request.uri.path),
        ]
        if let viewer = page.viewer {
            layout["viewer"] = ["email": viewer.email, "formToken": viewer.formToken]
            layout["tabs"] = Pages.links(Pages.tabs(viewer), at: request.uri.path)
        } else {
            let isLoggedIn = WebCookie.looksLoggedIn(request)
            layout["enterLabel"] = isLoggedIn ? "Dashboard" : "Log in"
            layout["enterHref"] = isLoggedIn ? "/dashboard" : "/login"
            layout["enterCurrent"] = request.uri.path == "/login"
        }
        return Response(
            status: page.status,
            headers: WebMiddleware.fields(nonce: nonce),
            body: ResponseBody(byteBuffer: ByteBuffer(string: try templates.render("layout", with: layout)))
        )
    }

    /// An error as a page, with the status and the field that the API's JSON would have.
    func response(_ error: ErrorResponse, to request: Request) throws -> Response {
        let words = Pages.words(error)
        let page = Page(
            words.heading,
            template: "error",
            content: [
                "status": "Error \(error.reason.status)", "heading": words.heading, "message": words.message,
                "href": words.href, "label": words.label,
            ],
            status: HTTPResponse.Status(code: error.reason.status)
        )
        var response = try response(page, to: request)
        if let field = error.field, let name = HTTPField.Name(field.name) { response.headers[name] = field.value }
        return response
    }

    /// To another page, by GET (RFC 9110 section 15.4.4): what follows every form that changed something.
    static func redirect(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }

    private static func tabs(_ viewer: Page.Viewer) -> [(String, String)] {
        [("Dashboard", "/dashboard"), ("Service accounts", "/service-accounts"), ("Activity", "/activity")]
            + [("Account", "/account")] + (viewer.isAdmin ? [("Administration", "/admin")] : [])
    }

    /// The current one is that of the path itself or of one below it.
    private static func links(_ links: [(String, String)], at path: String) -> [[String: any Sendable]] {
        links.map { label, href in
            let isCurrent = path == href || path.hasPrefix(href + "/")
            return ["label": label, "href": href, "current": isCurrent] as [String: any Sendable]
        }
    }

    private static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in String(generator.next(), radix: 36) }.joined()
    }

    private static func words(_ error: ErrorResponse) -> (heading: String, message: String, href: String, label: String)
    {
        switch error.reason {
        case .notFound:
            ("This page is not here", "The address may be mistyped, or the page has moved.", "/", "To the start")
        case .tooManyAttempts:
            ("Too many attempts", "Several attempts have failed. Wait a little, then try again.", "/login", "Log in")
        case .unavailable:
            (
                "We cannot answer just now", "Nothing of yours is lost. Try again in a moment.", "/status",
                "Look at the status"
            )
        case .internalError: ("Something went wrong", error.message + ".", "/", "To the start")
        case .forbidden: ("This is not yours to open", error.message + ".", "/dashboard", "To your dashboard")
        default: ("This did not work", error.message + ".", "/", "To the start")
        }
    }
}
