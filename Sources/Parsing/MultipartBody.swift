/// `multipart/form-data` (RFC 7578, RFC 2046 5.1), read in one pass.
///
/// A delimiter is a whole line: a longer line that starts like one is content. Line ends are CRLF and nothing else.
struct MultipartBody {
    static let partLimit = 64
    /// Bytes of all header lines of one part.
    static let headerLimit = 8192

    static func read(_ body: [UInt8], boundary: [UInt8], into fields: inout WantedFields) throws(BodyError) {
        let reader = MultipartBody(body: body, delimiter: [.carriageReturn, .lineFeed, .hyphen, .hyphen] + boundary)
        // The first delimiter may do without its CRLF.
        guard var line = reader.delimiterLine(at: 0, skipping: 2) ?? reader.nextDelimiter(from: 0) else {
            throw .malformed("The multipart body does not have the boundary of Content-Type")
        }
        var parts = 0
        while !line.isClosing {
            parts += 1
            guard parts <= partLimit else { throw .malformed("The multipart body has more than \(partLimit) parts") }
            let (headers, start) = try reader.headers(from: line.end)
            guard let next = reader.nextDelimiter(from: start) else {
                throw .malformed("The multipart body does not end with its boundary")
            }
            try headers.addField(body[start..<next.start], to: &fields)
            line = next
        }
    }

    private let body: [UInt8]
    /// CRLF, two hyphens and the boundary; its only CR is the first byte, so a search never has to go back.
    private let delimiter: [UInt8]

    private struct DelimiterLine {
        /// Where its leading CRLF begins, which is where the part before it ends.
        let start: Int
        let end: Int
        let isClosing: Bool
    }

    private func nextDelimiter(from start: Int) -> DelimiterLine? {
        var position = start
        while position < body.count {
            if body[position] == .carriageReturn, let line = delimiterLine(at: position, skipping: 0) { return line }
            position += 1
        }
        return nil
    }

    /// The delimiter line at `start`, without as many of its first bytes as are skipped.
    private func delimiterLine(at start: Int, skipping skipped: Int) -> DelimiterLine? {
        var position = start
        for offset in skipped..<delimiter.count {
            guard position < body.count, body[position] == delimiter[offset] else { return nil }
            position += 1
        }
        let isClosing = position + 1 < body.count && body[position] == .hyphen && body[position + 1] == .hyphen
        if isClosing { position += 2 }
        // RFC 2046's transport padding.
        while position < body.count, body[position].isBlank { position += 1 }
        if isClosing, position == body.count { return DelimiterLine(start: start, end: position, isClosing: true) }
        guard isLineEnd(position) else { return nil }
        return DelimiterLine(start: start, end: position + 2, isClosing: isClosing)
    }

    private func isLineEnd(_ position: Int) -> Bool {
        position + 1 < body.count && body[position] == .carriageReturn && body[position + 1] == .lineFeed
    }

    /// The headers of the part that begins at `start`, and where its content begins.
    private func headers(from start: Int) throws(BodyError) -> (PartHeaders, content: Int) {
        var headers = PartHeaders()
        var position = start
        while !isLineEnd(position) {
            let lineStart = position
            while position < body.count, !body[position].isControl || body[position] == .tab { position += 1 }
            guard position + 2 - start <= Self.headerLimit else {
                throw .malformed("A part has headers of more than \(Self.headerLimit) bytes")
            }
            guard isLineEnd(position) else {
                throw .malformed("A part has a header line that does not end with CRLF or has a control character")
            }
            let line = body[lineStart..<position]
            guard !line.starts(with: delimiter.dropFirst(2)) else {
                throw .malformed("A part has no blank line after its headers")
            }
            try headers.add(line)
            position += 2
        }
        return (headers, position + 2)
    }
}
