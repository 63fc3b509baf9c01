/// A cursor over bytes that only ever moves forward, so that whatever is built on it is linear.
struct ByteScanner {
    private let bytes: [UInt8]
    private(set) var position: Int
    private let end: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.init(Array(bytes))
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    var isAtEnd: Bool { position == end }

    var next: UInt8? { position < end ? bytes[position] : nil }

    mutating func take() -> UInt8? {
        guard position < end else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Takes all of `expected` or nothing.
    mutating func take(_ expected: [UInt8]) -> Bool {
        guard end - position >= expected.count else { return false }
        for offset in 0..<expected.count where bytes[position + offset] != expected[offset] {
            return false
        }
        position += expected.count
        return true
    }

    mutating func take(while accepted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < end, accepted(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    /// What lies between an earlier position and this one.
    func taken(from start: Int) -> ArraySlice<UInt8> {
        bytes[start..<position]
    }

    mutating func skipBlanks() {
        while position < end, bytes[position].isBlank { position += 1 }
    }
}
