import Foundation
import NIOHTTP1

/// One answer as it lay on the wire.
struct WireAnswer: Equatable {
    let status: Int
    let fields: [String]
    let body: String

    /// The first value of a field, whatever the case of its name.
    subscript(_ name: String) -> String? {
        fields.lazy.compactMap { field -> String? in
            let parts = field.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { return nil }
            return String(parts[1])
        }.first
    }

    /// The `reason` of the one error shape; nil unless the body has that shape's three keys, in order, and this status.
    var reason: String? {
        guard let json = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any], json.count == 3,
            let reason = json["reason"] as? String, json["message"] is String,
            body.hasPrefix("{\"statusCode\":\(status),\"reason\":\"\(reason)\",\"message\":\"")
        else { return nil }
        return reason
    }

    /// Cuts a connection's output into its answers, each by its `Content-Length`; nil when a byte is left over or missing.
    static func all(in text: String, bodiless: Bool = false) -> [WireAnswer]? {
        var answers: [WireAnswer] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            guard let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            var lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            let statusLine = lines.removeFirst().split(separator: " ", maxSplits: 2)
            guard statusLine.count >= 2, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1]) else {
                return nil
            }
            rest = rest[end.upperBound...]
            let head = WireAnswer(status: status, fields: lines, body: "")
            let length = bodiless ? 0 : head["content-length"].flatMap { Int($0) } ?? 0
            guard length <= rest.count else { return nil }
            let body = String(decoding: rest.prefix(length), as: UTF8.self)
            answers.append(WireAnswer(status: status, fields: lines, body: body))
            rest = rest.dropFirst(length)
        }
        return answers
    }

    /// `text` with the value of each `Date` field replaced, once it has been seen to be an IMF-fixdate.
    static func withFixedDate(_ text: String) -> String {
        text.components(separatedBy: "\r\n").map { line in
            guard line.hasPrefix("Date: "), isFixdate(String(line.dropFirst(6))) else { return line }
            return "Date: Thu, 01 Jan 1970 00:00:00 GMT"
        }.joined(separator: "\r\n")
    }

    private static func isFixdate(_ text: String) -> Bool {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = formatter.date(from: text) else { return false }
        return formatter.string(from: date) == text
    }
}
