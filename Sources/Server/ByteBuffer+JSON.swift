import Auth
import NIOCore

extension ByteBuffer {
    /// Appends `text` as a JSON string, quotes included (RFC 8259 section 7).
    mutating func writeJSON(_ text: String) {
        writeInteger(UInt8(ascii: "\""))
        let plain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        if plain {
            writeString(text)
        } else {
            for byte in text.utf8 { writeEscaped(byte) }
        }
        writeInteger(UInt8(ascii: "\""))
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            writeInteger(UInt8(ascii: "\\"))
            writeInteger(byte)
        case 0..<0x20:
            let digits = StaticString("0123456789abcdef")
            writeStaticString("\\u00")
            digits.withUTF8Buffer { hex in
                writeInteger(hex[Int(byte >> 4)])
                writeInteger(hex[Int(byte & 15)])
            }
        default:
            writeInteger(byte)
        }
    }

    /// Appends a decimal number without an intermediate string.
    mutating func writeDecimal(_ value: Int64) {
        if value < 0 { writeInteger(UInt8(ascii: "-")) }
        var rest = value.magnitude
        // 20 digits hold any UInt64.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            writeBytes(digits[start...])
        }
    }

    /// Appends the RFC 3339 form without an intermediate string.
    mutating func write(_ time: Timestamp) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: Timestamp.textLength) { bytes in
            time.write(into: bytes.bindMemory(to: UInt8.self))
            return Timestamp.textLength
        }
    }

    /// Appends the user_id without an intermediate string.
    mutating func write(_ account: AccountID) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: AccountID.textLength) { bytes in
            account.write(into: bytes.bindMemory(to: UInt8.self))
            return AccountID.textLength
        }
    }
}
