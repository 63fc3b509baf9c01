/// A GET request's header that lies whole in one buffer and has nothing in it that changes how it is read.
///
/// Much of what a decoder knows is not known here, and that is the point: whatever is unusual (a body, another version,
/// a folded line, a control character, bytes behind the header) gives nil, and the decoder decides. What is taken means
/// the same to both. Ranges are offsets into the buffer.
package struct PlainHeader {
    package let path: Range<Int>
    /// What follows the question mark of the request target; empty without one.
    package let query: Range<Int>
    package private(set) var host: Range<Int>?
    package private(set) var origin: Range<Int>?
    package private(set) var authorization: Range<Int>?
    package private(set) var userAgent: Range<Int>?
    package private(set) var forwardedFor: Range<Int>?
    /// How many fields there are.
    package private(set) var fields = 0

    private enum Meaning {
        case host, origin, authorization, userAgent, forwardedFor, nothing, connection
        /// Changes how the message is read or answered.
        case unusual
    }

    package init?(_ bytes: UnsafeRawBufferPointer) {
        // The last four bytes end every loop below: none of them is part of a target, a name or a value.
        guard bytes.count > 18, bytes.ends(with: "\r\n\r\n"), bytes.starts(with: "GET /", at: 0) else { return nil }
        var position = 5
        while bytes[position].isVisible, bytes[position] != .question, bytes[position] != .hash { position += 1 }
        path = 4..<position
        let mark = position
        while bytes[position].isVisible, bytes[position] != .hash { position += 1 }
        query = min(mark + 1, position)..<position
        // An empty query is one too, and the ranges could not tell.
        guard query.isEmpty == (mark == position) else { return nil }
        guard bytes.starts(with: " HTTP/1.1\r\n", at: position) else { return nil }
        position += 11
        while bytes[position] != .carriageReturn {
            guard let end = readField(bytes, at: position) else { return nil }
            position = end
        }
        // What ends here is the header, and nothing comes behind it.
        guard position + 2 == bytes.count else { return nil }
    }

    /// The position behind the field line that starts at `start`.
    private mutating func readField(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Int? {
        var position = start
        while bytes[position].isToken { position += 1 }
        let name = start..<position
        guard !name.isEmpty, bytes[position] == .colon else { return nil }
        position += 1
        while bytes[position] == .space { position += 1 }
        let valueStart = position
        while bytes[position].isVisible || bytes[position] == .space { position += 1 }
        // The line feed is there: a carriage return is never the last byte.
        guard bytes[position] == .carriageReturn, bytes[position + 1] == .lineFeed else { return nil }
        // Whether blanks at the end are part of the value is for the decoder to say.
        guard bytes[position - 1] != .space || position == valueStart else { return nil }
        guard take(bytes, PlainHeader.meaning(bytes, name), valueStart..<position) else { return nil }
        fields += 1
        return position + 2
    }

    /// False when the field is one to leave to the decoder.
    private mutating func take(_ bytes: UnsafeRawBufferPointer, _ meaning: Meaning, _ value: Range<Int>) -> Bool {
        switch meaning {
        case .nothing: return true
        case .unusual: return false
        case .connection: return bytes.matches("keep-alive", in: value)
        case .host:
            guard host == nil else { return false }
            host = value
        case .origin:
            guard origin == nil else { return false }
            origin = value
        case .authorization:
            guard authorization == nil else { return false }
            authorization = value
        case .userAgent:
            guard userAgent == nil else { return false }
            userAgent = value
        case .forwardedFor:
            guard forwardedFor == nil else { return false }
            forwardedFor = value
        }
        return true
    }

    private static func meaning(_ bytes: UnsafeRawBufferPointer, _ name: Range<Int>) -> Meaning {
        switch name.count {
        case 4 where bytes.matches("host", in: name): .host
        case 6 where bytes.matches("origin", in: name): .origin
        case 6 where bytes.matches("expect", in: name): .unusual
        case 7 where bytes.matches("upgrade", in: name): .unusual
        case 10 where bytes.matches("connection", in: name): .connection
        case 10 where bytes.matches("user-agent", in: name): .userAgent
        case 10 where bytes.matches("early-data", in: name): .unusual
        case 13 where bytes.matches("authorization", in: name): .authorization
        case 14 where bytes.matches("content-length", in: name): .unusual
        case 15 where bytes.matches("x-forwarded-for", in: name): .forwardedFor
        case 16 where bytes.matches("content-encoding", in: name): .unusual
        case 17 where bytes.matches("transfer-encoding", in: name): .unusual
        default: .nothing
        }
    }
}

extension UnsafeRawBufferPointer {
    /// False, too, when fewer bytes follow `position`.
    fileprivate func starts(with text: StaticString, at position: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count - position >= length else { return false }
        return text.withUTF8Buffer { expected in
            for offset in 0..<length where self[position + offset] != expected[offset] { return false }
            return true
        }
    }

    fileprivate func ends(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && starts(with: text, at: count - text.utf8CodeUnitCount)
    }

    /// ASCII case-insensitive equality with a lower-case name.
    fileprivate func matches(_ name: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { expected in
            for offset in 0..<expected.count where self[range.lowerBound + offset].lowercased != expected[offset] {
                return false
            }
            return true
        }
    }
}
