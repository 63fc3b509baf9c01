import Auth
import NIOCore

/// Writes bytes one after the other into memory that was reserved beforehand: what an answer is made of costs a copy each
/// and nothing else.
struct ByteCursor {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    /// Something did not fit, and was left out.
    private(set) var isShort = false

    init(_ bytes: UnsafeMutableRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func write(_ text: StaticString) {
        text.withUTF8Buffer { write(UnsafeRawBufferPointer($0)) }
    }

    mutating func write(_ text: String) {
        // A native string lends its bytes without being copied.
        guard text.utf8.withContiguousStorageIfAvailable({ write(UnsafeRawBufferPointer($0)) }) == nil else { return }
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    mutating func write(_ source: UnsafeRawBufferPointer) {
        reserve(source.count) { $0.copyMemory(from: source) }
    }

    mutating func write(byte: UInt8) {
        reserve(1) { $0[0] = byte }
    }

    /// A decimal number.
    mutating func write(_ value: Int64) {
        if value < 0 { write(byte: UInt8(ascii: "-")) }
        var digits = 1
        var rest = value.magnitude
        while rest >= 10 {
            digits += 1
            rest /= 10
        }
        rest = value.magnitude
        reserve(digits) { target in
            for position in stride(from: digits - 1, through: 0, by: -1) {
                target[position] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
    }

    /// The RFC 3339 form.
    mutating func write(_ time: Timestamp) {
        reserve(Timestamp.textLength) { time.write(into: $0.bindMemory(to: UInt8.self)) }
    }

    /// The user_id.
    mutating func write(_ account: AccountID) {
        reserve(AccountID.textLength) { account.write(into: $0.bindMemory(to: UInt8.self)) }
    }

    /// `text` as a JSON string, quotes included (RFC 8259 section 7).
    mutating func writeJSON(_ text: String) {
        write(byte: UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            let utf8 = UnsafeRawBufferPointer(utf8)
            // Runs of plain bytes go as they are.
            var start = 0
            for position in utf8.indices where ByteCursor.isEscaped(utf8[position]) {
                write(UnsafeRawBufferPointer(rebasing: utf8[start..<position]))
                writeEscaped(utf8[position])
                start = position + 1
            }
            write(UnsafeRawBufferPointer(rebasing: utf8[start...]))
        }
        write(byte: UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        if byte >= 0x20 {
            write(byte: UInt8(ascii: "\\"))
            write(byte: byte)
        } else {
            write("\\u00")
            for digit in [byte >> 4, byte & 15] { write(byte: digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }

    private mutating func reserve(_ length: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        guard length <= bytes.count - count else {
            isShort = true
            return
        }
        fill(UnsafeMutableRawBufferPointer(rebasing: bytes[count..<(count + length)]))
        count += length
    }
}

extension ByteBuffer {
    /// Appends what `body` writes, of which `capacity` bytes are expected; it runs again with more room when that was short.
    mutating func write(expecting capacity: Int, _ body: (inout ByteCursor) -> Void) {
        var capacity = max(capacity, 64)
        var isShort = true
        while isShort {
            writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { bytes in
                var cursor = ByteCursor(bytes)
                body(&cursor)
                isShort = cursor.isShort
                return isShort ? 0 : cursor.count
            }
            capacity *= 2
        }
    }
}
