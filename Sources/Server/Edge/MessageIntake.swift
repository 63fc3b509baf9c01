import NIOCore
import NIOHTTP1

/// How far the decoder has come in a connection's bytes: when each message began and what a chunked body costs in framing.
///
/// The decoder is given at most the rest of a header, of a body or of a line of chunks at a time, so that what it makes of
/// one piece belongs to one message. Of the bytes only the line ends are looked at: what a message means is the decoder's
/// to say alone.
struct MessageIntake {
    enum Piece: Equatable {
        case bytes(Int)
        /// Half of the world takes it for a line's end (RFC 9112 section 2.2), the decoder's answer to it depends on the place.
        case bareLineFeed
    }

    private enum Place {
        case header
        case head(HTTPRequestHead)
        case body(remaining: Int)
        case chunks
        case stopped
    }

    private var place = Place.header
    /// When the first byte of the message at hand came; nil between messages.
    private(set) var startedAt: NIODeadline?
    /// The first bytes of that message until its head is known.
    private var opening: ByteBuffer?
    /// Of the line at hand, in a header.
    private var lineLength = 0
    private var endsInReturn = false
    private var hasRequestLine = false
    /// Bytes of a chunked body that are not content, and the pieces of content between them.
    private var framing = 0
    private var parts = 0

    /// The decoder holds nothing back, and nothing that comes belongs to what it has seen.
    var isBetweenMessages: Bool {
        if case .header = place { startedAt == nil } else { false }
    }

    /// Nothing of what still comes can be understood.
    var isStopped: Bool {
        if case .stopped = place { true } else { false }
    }

    mutating func stop() {
        place = .stopped
    }

    /// How much of `bytes` the decoder may have at once.
    mutating func piece(of bytes: ByteBuffer) -> Piece {
        if case .head(let head) = place { place = MessageIntake.body(of: head) }
        switch place {
        case .header, .stopped: return headerPiece(of: bytes)
        case .head: return .bytes(bytes.readableBytes)
        case .body(let remaining) where remaining > 0: return .bytes(min(remaining, bytes.readableBytes))
        case .body: return .bytes(bytes.readableBytes)
        case .chunks:
            let view = bytes.readableBytesView
            let line = view.firstIndex(of: UInt8(ascii: "\n")).map { $0 - view.startIndex + 1 } ?? view.count
            return .bytes(max(1, min(line, allowance)))
        }
    }

    /// Only asked for a head that is followed by a body.
    private static func body(of head: HTTPRequestHead) -> Place {
        if head.headers.contains(name: "Transfer-Encoding") { return .chunks }
        return .body(remaining: head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0)
    }

    private mutating func headerPiece(of bytes: ByteBuffer) -> Piece {
        let view = bytes.readableBytesView
        var lineStart = view.startIndex
        while let end = view[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            let hasReturn = end > view.startIndex ? view[end - 1] == UInt8(ascii: "\r") : endsInReturn
            guard hasReturn else { return .bareLineFeed }
            let isEmpty = lineLength + end - lineStart == 1
            lineLength = 0
            endsInReturn = false
            lineStart = end + 1
            if !isEmpty {
                hasRequestLine = true
            } else if hasRequestLine {
                hasRequestLine = false
                return .bytes(lineStart - view.startIndex)
            }
        }
        if let last = view[lineStart...].last {
            lineLength += view.endIndex - lineStart
            endsInReturn = last == UInt8(ascii: "\r")
        }
        return .bytes(view.count)
    }

    /// The first `count` of `bytes` go to the decoder now. True when a message begins with them.
    mutating func willDecode(_ count: Int, of bytes: ByteBuffer, now: @autoclosure () -> NIODeadline) -> Bool {
        switch place {
        case .body(let remaining): place = .body(remaining: remaining - count)
        case .chunks: framing += count
        case .header, .head, .stopped: break
        }
        guard startedAt == nil else { return false }
        startedAt = now()
        opening = bytes
        return true
    }

    /// The decoder has made this of the piece at hand.
    mutating func saw(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            place = .head(head)
            opening = nil
            framing = 0
            parts = 0
        case .body(let content):
            framing -= content.readableBytes
            parts += 1
        case .end:
            place = .header
            startedAt = nil
        }
    }

    /// For a time nothing was read, which is not to be held against the client.
    mutating func resumed(at now: NIODeadline) {
        if startedAt != nil { startedAt = now }
    }

    /// What the chunks at hand may still have of sizes, extensions, line ends and trailers.
    private var allowance: Int { 256 + 32 * (parts + 1) - framing }

    /// Whether they take more than honest chunks do.
    var isMostlyFraming: Bool {
        if case .chunks = place { allowance < 0 } else { false }
    }

    /// The request target, as far as the first read of a header shows it; for a header that never becomes a head.
    var target: String? {
        let words = opening?.readableBytesView.drop { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
            .prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
            .split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard let words, words.count > 1 else { return nil }
        return String(decoding: words[1], as: UTF8.self)
    }
}
