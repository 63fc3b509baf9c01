#if PostgreSQL
    import CLibpq

    /// A value for a statement, sent in PostgreSQL's binary format; nil is NULL.
    enum Parameter {
        case integer(Int64?)
        case text(String?)
        case bytes([UInt8]?)
        case integers([Int64])

        /// The type's number in every PostgreSQL (pg_type.dat).
        var type: Oid {
            switch self {
            case .integer: 20
            case .text: 25
            case .bytes: 17
            case .integers: 1016
            }
        }

        /// Hands the parameters over as libpq takes them; the pointers live as long as `body` runs.
        static func withPointers<Value>(
            _ parameters: [Parameter],
            _ body: (Libpq.Texts?, UnsafePointer<CInt>?, UnsafePointer<CInt>?) -> Value
        ) -> Value {
            var buffer: [UInt8] = []
            var starts: [Int?] = []
            var lengths: [CInt] = []
            for parameter in parameters {
                let start = buffer.count
                starts.append(parameter.append(to: &buffer) ? start : nil)
                lengths.append(CInt(buffer.count - start))
            }
            // Never empty: an empty array has no address, and a value without an address is NULL.
            buffer.append(0)
            let formats = [CInt](repeating: 1, count: parameters.count)
            return buffer.withUnsafeBytes { bytes in
                let values = starts.map { start in
                    start.flatMap { bytes.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
                }
                return body(values, lengths, formats)
            }
        }

        /// False for NULL.
        private func append(to buffer: inout [UInt8]) -> Bool {
            switch self {
            case .integer(nil), .text(nil), .bytes(nil): return false
            case .integer(let number?): Parameter.append(number, to: &buffer)
            case .text(let text?): buffer += text.utf8
            case .bytes(let bytes?): buffer += bytes
            case .integers(let numbers):
                // array_send of the server: dimensions, has-null flag, element type, length and lower bound, the elements.
                for word in [1, 0, 20, Int32(numbers.count), 1] { Parameter.append(word, to: &buffer) }
                for number in numbers {
                    Parameter.append(Int32(8), to: &buffer)
                    Parameter.append(number, to: &buffer)
                }
            }
            return true
        }

        private static func append(_ number: some FixedWidthInteger, to buffer: inout [UInt8]) {
            withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
        }
    }
#endif
