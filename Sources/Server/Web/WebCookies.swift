import HTTPTypes
import Hummingbird

/// The cookies of a request that are ours; the API's paths never look at them.
struct WebCookies: Sendable {
    let session: String?

    init(_ request: Request) {
        session = WebCookies.value(of: "__Host-latchkey", in: request) ?? WebCookies.value(of: "latchkey", in: request)
    }

    private static func value(of name: String, in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0].trimmingBlanks == name { return String(parts[1].trimmingBlanks) }
            }
        }
        return nil
    }
}
