import Auth
import HTTPTypes

/// What is shown once and never again: the answer to the form itself, for a redirection would have to keep it somewhere.
struct SecretPage {
    let title: String
    let explanation: String
    /// A label and a value each; the value can be copied.
    let values: [(label: String, value: String)]
    /// Lines to paste into a terminal.
    var snippet: String?
    let back: (href: String, label: String)

    func page(for viewer: Page.Viewer) -> Page {
        var content: [String: any Sendable] = [
            "title": title, "explanation": explanation, "backHref": back.href, "backLabel": back.label,
            "values": values.enumerated().map { position, each in
                ["label": each.label, "value": each.value, "id": "value-\(position)"]
            },
        ]
        if let snippet { content["snippet"] = snippet }
        return Page(title, template: "secret", content: content, viewer: viewer)
    }

    /// A new token with a call to try it by.
    static func token(_ token: GeneratedToken, of email: String, at base: String, back: (String, String)) -> SecretPage
    {
        SecretPage(
            title: "Your new token",
            explanation: "The token of \(email). Copy it now: it is not stored, so it cannot be shown again.",
            values: [("Token", String(token.token.text))],
            snippet: """
                export LATCHKEY_TOKEN=\(String(token.token.text).asShellWord)
                curl \((base + "/api-token-status").asShellWord) \\
                  --header "Authorization: Bearer $LATCHKEY_TOKEN"
                """,
            back: back
        )
    }
}

extension String {
    /// As one word for a POSIX shell, whatever is in it (IEEE 1003.1 section 2.2.2).
    var asShellWord: String {
        let quote = UInt8(ascii: "'")
        let inside = utf8.flatMap { $0 == quote ? Array(#"'\''"#.utf8) : [$0] }
        return "'" + String(decoding: inside, as: UTF8.self) + "'"
    }
}
