import Hummingbird
import NIOCore
import Parsing

/// The text fields of a page's form or of a query, each at most once and without control characters.
struct WebForm: Sendable {
    private var values: [String: String] = [:]

    static let empty = WebForm()

    private init() {}

    init(body: [UInt8], contentType: String?) throws {
        guard case .urlencoded? = try? MediaType(contentType: contentType) else {
            throw ErrorResponse(.unsupportedMediaType, "A form is sent as application/x-www-form-urlencoded")
        }
        try read(body)
    }

    init(query: String?) throws {
        try read(Array((query ?? "").utf8))
    }

    private mutating func read(_ bytes: [UInt8]) throws {
        do {
            for pair in try URLEncodedBody.pairs(bytes) {
                guard let name = String(validating: pair.name, as: UTF8.self),
                    let value = String(validating: pair.value, as: UTF8.self),
                    !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }),
                    values.updateValue(value, forKey: name) == nil
                else { throw BodyError.malformed("A field of the form is twice there, or no text") }
            }
        } catch let error as BodyError {
            throw ErrorResponse(error)
        }
    }

    /// Empty when it is not there.
    subscript(_ name: String) -> String { values[name] ?? "" }

    /// Without blanks at its ends; nil when nothing is left.
    func text(_ name: String) -> String? {
        let text = self[name][...].trimmingBlanks
        return text.isEmpty ? nil : String(text)
    }
}
