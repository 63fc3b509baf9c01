import EmbeddedFiles
import Mustache
import Synchronization

/// The templates in the binary, parsed when the first page asks for one: a server that shows none pays nothing.
final class Templates: Sendable {
    private let library = Mutex<MustacheLibrary?>(nil)

    enum Failure: Error {
        case noTemplate(String)
    }

    /// Fills in a template; throws when there is none of this name or one of all cannot be parsed.
    func render(_ name: String, with content: [String: any Sendable]) throws -> String {
        guard let text = try parsed().render(content, withTemplate: name) else { throw Failure.noTemplate(name) }
        return text
    }

    private func parsed() throws -> MustacheLibrary {
        try library.withLock { library in
            if let library { return library }
            let parsed = try Templates.parse()
            library = parsed
            return parsed
        }
    }

    /// Every template under its file's name without `.mustache`.
    private static func parse() throws -> MustacheLibrary {
        MustacheContentTypes.register(PageText(), named: "PAGE")
        var templates: [String: MustacheTemplate] = [:]
        for file in EmbeddedFolder.templates {
            // In each of them: a partial begins with the library's own escaping again.
            templates[file.stem] = try MustacheTemplate(string: "{{% CONTENT_TYPE:PAGE}}" + file.text)
        }
        return MustacheLibrary(templates: templates)
    }
}

/// Text as HTML, in elements and in quoted attributes. Byte by byte, for the library's own escaping goes by characters, and
/// a quote with an accent on it is none to it, but is one to a browser.
struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String { PageText.escape(text) }

    static func escape(_ text: String) -> String {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
