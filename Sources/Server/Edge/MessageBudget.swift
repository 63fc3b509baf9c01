import NIOHTTP1

/// What one message has cost so far, in bytes, and how much of that was its body.
struct MessageBudget {
    private var bytes = 0
    private var bodyBytes = 0
    private var chunks = 0
    private var isChunked = false

    /// A read of `count` bytes has come; its end may belong to later messages.
    mutating func add(bytes count: Int) {
        bytes += count
    }

    /// The header is through: what else has come belongs to the body.
    mutating func begin(headerBytes: Int, isChunked: Bool) {
        bytes -= headerBytes
        bodyBytes = 0
        chunks = 0
        self.isChunked = isChunked
    }

    /// False when the body has more than `limit` bytes.
    mutating func add(body count: Int, limit: Int) -> Bool {
        bodyBytes += count
        chunks += 1
        return bodyBytes <= limit
    }

    /// The message is through: what else has come belongs to the next.
    mutating func end() {
        bytes -= bodyBytes
    }

    /// Whether chunk sizes and the extensions that the decoder hides take more than honest chunks do. Lenient by what was
    /// read together with the message's end, which is no more than one read.
    var isMostlyFraming: Bool { isChunked && bytes - bodyBytes > 256 + 32 * chunks }
}

extension HTTPRequestHead {
    /// The bytes of the request line and of the empty line that ends the header.
    var lineBytes: Int { method.rawValue.utf8.count + uri.utf8.count + " HTTP/1.1\r\n\r\n".utf8.count + 1 }
}
