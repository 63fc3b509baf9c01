/// Text that came from outside, fit for one line of a terminal or a log: whatever could end the line, move the cursor
/// or reorder what is read (CWE-117, CWE-150) becomes an escape.
func shown(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
    var line = ""
    for scalar in text.unicodeScalars {
        if isUnprintable(scalar) {
            line += escape(scalar)
        } else {
            line.unicodeScalars.append(scalar)
        }
    }
    return line
}

/// The same in quotes, so that its ends show.
func quoted(_ text: String) -> String {
    var line = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": line += "\\\(scalar)"
        case _ where isUnprintable(scalar): line += escape(scalar)
        default: line.unicodeScalars.append(scalar)
        }
    }
    return line + "\""
}

private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    guard !(0x20...0x7E ~= scalar.value) else { return false }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
    case .spaceSeparator: true
    default: false
    }
}

/// As JSON has it, so that a log reader needs to know one form; beyond 16 bits as the surrogates JSON would need.
private func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
        return UTF16.encode(scalar)?.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined() ?? ""
    }
}
