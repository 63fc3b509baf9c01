/// The headers of one part of a multipart form, as far as they bear on a text field.
struct PartHeaders {
    private var disposition: HeaderValue?
    private var type: HeaderValue?
    private var encoding: HeaderValue?

    /// Adds a header line, given without its line end.
    mutating func add(_ line: ArraySlice<UInt8>) throws(BodyError) {
        let name = line.prefix { $0.isToken }
        // A folded line starts with a blank, so it has no name either.
        guard !name.isEmpty, line.dropFirst(name.count).first == .colon else {
            throw .malformed("A part has a header line without a name, or no blank line after its headers")
        }
        let value = HeaderValue(line.dropFirst(name.count + 1))
        let previous: HeaderValue?
        if name.spells("content-disposition") {
            (previous, disposition) = (disposition, value)
        } else if name.spells("content-type") {
            (previous, type) = (type, value)
        } else if name.spells("content-transfer-encoding") {
            (previous, encoding) = (encoding, value)
        } else {
            return
        }
        guard previous == nil else { throw .malformed("A part has a header twice") }
    }

    /// Adds the part's content to the fields, or refuses the part.
    func addField(_ content: ArraySlice<UInt8>, to fields: inout WantedFields) throws(BodyError) {
        try requirePlainEncoding()
        let charset = try charset()
        let (name, isFile) = try nameAndKind()
        if let wanted = fields.wanted(name) {
            guard !isFile else { throw .malformed("The field \(wanted) must not be a file") }
            // ASCII is UTF-8; whatever else it might be, it would be read as something it is not.
            guard charset.map({ $0.spells("utf-8") || $0.spells("us-ascii") }) ?? true else {
                throw .malformed("The field \(wanted) must be in UTF-8")
            }
        }
        try fields.add(name, content)
    }

    /// RFC 7578 4.7 deprecates encodings; undoing none, only those that change nothing can be taken.
    private func requirePlainEncoding() throws(BodyError) {
        guard let encoding else { return }
        guard let parameters = encoding.parameters, parameters.isEmpty,
            encoding.value.spells("7bit") || encoding.value.spells("8bit") || encoding.value.spells("binary")
        else { throw .malformed("A part has a Content-Transfer-Encoding that is not supported") }
    }

    private func charset() throws(BodyError) -> ArraySlice<UInt8>? {
        guard let type else { return nil }
        guard type.parameters != nil, type.value.contains(0x2F) else {
            throw .malformed("A part has a Content-Type that cannot be read")
        }
        guard !type.value.prefix(10).spells("multipart/") else { throw .malformed("A part is a multipart body itself") }
        return type.parameter("charset")
    }

    private func nameAndKind() throws(BodyError) -> (name: [UInt8], isFile: Bool) {
        guard let disposition else { throw .malformed("A part has no Content-Disposition") }
        guard disposition.value.spells("form-data"), let parameters = disposition.parameters else {
            throw .malformed("A part has a Content-Disposition that is not a readable form-data")
        }
        var isFile = false
        for parameter in parameters {
            let name = parameter.name[...]
            // RFC 7578 4.2 forbids `filename*` and knows no `name*`, but some clients send the first one for files.
            if name.prefix(5).spells("name*") { throw .malformed("A part has an encoded name") }
            if name.prefix(8).spells("filename") { isFile = true }
            if name.spells("filename*"), !Self.isExtendedValue(parameter.value) {
                throw .malformed("A part has a filename* that cannot be read")
            }
        }
        guard let name = disposition.parameter("name") else { throw .malformed("A part has no name") }
        return (Self.unescaped(name), isFile)
    }

    /// RFC 8187 3.2.1: `charset'language'value-with-percent-escapes`.
    private static func isExtendedValue(_ value: ArraySlice<UInt8>) -> Bool {
        var scanner = ByteScanner(value)
        guard !scanner.take(while: { $0.isToken && $0 != .apostrophe }).isEmpty, scanner.take(.apostrophe) else {
            return false
        }
        _ = scanner.take { $0.isLetter || $0.isDigit || $0 == .hyphen }
        guard scanner.take(.apostrophe) else { return false }
        while let byte = scanner.take() {
            if byte == .percent {
                guard scanner.take()?.hexDigit != nil, scanner.take()?.hexDigit != nil else { return false }
            } else if !byte.isToken || byte == .apostrophe || byte == 0x2A {
                return false
            }
        }
        return true
    }

    /// Browsers write a name's quote, CR and LF as percent escapes and nothing else so, the percent sign included.
    private static func unescaped(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var unescaped: [UInt8] = []
        var rest = name
        while let byte = rest.popFirst() {
            if byte == .percent, let high = rest.first?.hexDigit, let low = rest.dropFirst().first?.hexDigit,
                case let escaped = high << 4 | low,
                escaped == .quote || escaped == .carriageReturn || escaped == .lineFeed
            {
                unescaped.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                unescaped.append(byte)
            }
        }
        return unescaped
    }
}
