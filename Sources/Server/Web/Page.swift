import HTTPTypes

/// One page: a template of its own with what it needs, inside the layout that all pages share.
struct Page: Sendable {
    /// For the browser's tab; the template has the heading.
    let title: String
    /// The name of a file in `EmbeddedFiles/Files/templates`, without `.mustache`.
    let template: String
    let content: [String: any Sendable]
    var status = HTTPResponse.Status.ok
    /// Who is logged in, when the page is theirs.
    var viewer: Viewer?

    init(
        _ title: String,
        template: String,
        content: [String: any Sendable] = [:],
        status: HTTPResponse.Status = .ok,
        viewer: Viewer? = nil
    ) {
        self.title = title
        self.template = template
        self.content = content
        self.status = status
        self.viewer = viewer
    }

    /// The person a page is shown to.
    struct Viewer: Sendable {
        let email: String
        let isAdmin: Bool
        /// What their forms carry, so that no other site can post them.
        let formToken: String
    }
}
