import NIOCore
import NIOHTTP1

/// What a client has pipelined behind the request that is being answered: whole parts, perhaps ended by a fault.
struct Backlog {
    private var parts = CircularBuffer<HTTPServerRequestPart>()
    /// Why what came after the parts cannot be understood.
    private(set) var fault: ErrorResponse?
    /// A read was asked for while there was enough to do.
    private var owesRead = false

    mutating func append(_ part: HTTPServerRequestPart) {
        parts.append(part)
    }

    mutating func end(with fault: ErrorResponse) {
        self.fault = fault
    }

    mutating func popFirst() -> HTTPServerRequestPart? {
        parts.popFirst()
    }

    mutating func clear() {
        parts.removeAll()
        fault = nil
    }

    /// Whether more may be read; if not, the read is owed.
    mutating func mayRead(isWritable: Bool) -> Bool {
        if !isEmpty || !isWritable { owesRead = true }
        return !owesRead
    }

    /// Whether a read is owed that may be made now; it is then owed no more.
    mutating func takeOwedRead() -> Bool {
        guard isEmpty, owesRead else { return false }
        owesRead = false
        return true
    }

    var isEmpty: Bool { parts.isEmpty && fault == nil }
}
