import Foundation

/// Standard output, where results and secrets go, and standard error, where words for people go.
enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes all of `text`, in one call unless the system takes it in parts.
    func write(_ text: String) throws(StreamError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(rawValue, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
            } else if errno == EAGAIN {
                var wanted = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wanted, 1, -1)
            } else if errno != EINTR {
                throw StreamError(code: errno)
            }
        }
    }

    func isTerminal() -> Bool { isatty(rawValue) == 1 }
}

/// A stream that takes no more.
struct StreamError: Error, CustomStringConvertible {
    let code: Int32

    /// Nobody reads any more, as in `latchkey account list | head`.
    var isClosedPipe: Bool { code == EPIPE }

    var description: String { "Standard output cannot be written: \(String(cString: strerror(code)))." }
}

/// Prints a line of words for a person.
func say(_ words: String) {
    // There is nowhere left to say that standard error is gone.
    try? StandardStream.error.write(words + "\n")
}
