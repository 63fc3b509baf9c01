import Auth
import Testing

@testable import Server

/// A browser as far as forms and cookies go, without scripts.
final class WebClient {
    let server: LiveServer
    var host = "127.0.0.1"
    var fields: [String] = []
    private(set) var cookies: [String: String] = [:]
    private(set) var formToken = ""

    init(_ server: LiveServer) {
        self.server = server
    }

    /// As another site could have planted it.
    func plant(_ name: String, _ value: String) {
        cookies[name] = value
    }

    func get(_ path: String) async throws -> WireAnswer {
        try await remember(server.web("GET", path, host, fields + cookieField, body: ""))
    }

    func post(
        _ path: String,
        _ form: [(String, String)],
        token: String? = nil,
        type: String = "application/x-www-form-urlencoded"
    ) async throws -> WireAnswer {
        let pairs = [("form", token ?? formToken)] + form
        let body = pairs.map { "\($0.asQueryValue)=\($1.asQueryValue)" }.joined(separator: "&")
        let all = fields + cookieField + ["Content-Type: \(type)"]
        return try await remember(server.web("POST", path, host, all, body: body))
    }

    @discardableResult
    func logIn(_ email: String, _ password: String = SeededStore.password) async throws -> WireAnswer {
        _ = try await get("/login")
        return try await post("/login", [("email", email), ("password", password)])
    }

    private var cookieField: [String] {
        cookies.isEmpty ? [] : ["Cookie: " + cookies.map { "\($0)=\($1)" }.joined(separator: "; ")]
    }

    private func remember(_ answer: WireAnswer) -> WireAnswer {
        for field in answer.fields where field.lowercased().hasPrefix("set-cookie: ") {
            let pair = field.dropFirst(12).prefix { $0 != ";" }.split(separator: "=", omittingEmptySubsequences: false)
            cookies[String(pair[0])] = field.contains("Max-Age=0") ? nil : String(pair[1])
        }
        if let token = answer.body.firstMatch(of: #/name="form" value="([0-9a-f]{64})"/#) {
            formToken = String(token.1)
        }
        return answer
    }
}

extension LiveServer {
    fileprivate func web(
        _ method: String,
        _ path: String,
        _ host: String,
        _ fields: [String],
        body: String
    ) async throws -> WireAnswer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)", "Connection: close", "Accept: text/html"] + fields
        if method == "POST" { lines.append("Content-Length: \(body.utf8.count)") }
        let text = try await bytes(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        let answers = try #require(WireAnswer.all(in: text), "\(text)")
        return try #require(answers.first)
    }
}
