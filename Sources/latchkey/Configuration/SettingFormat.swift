import Auth
import Logging
import Server

/// How one kind of value is spelled: in variables, flags and the file alike.
struct SettingFormat<Value>: Sendable {
    let allowed: String
    let parse: @Sendable (String) -> Value?
    let show: @Sendable (Value) -> String
}

extension SettingFormat {
    static func choice(_ values: [Value]) -> SettingFormat
    where Value: RawRepresentable<String> & Sendable {
        SettingFormat(
            allowed: "one of " + values.map(\.rawValue).joined(separator: ", "),
            parse: { text in values.first { $0.rawValue == text } },
            show: { $0.rawValue }
        )
    }
}

extension SettingFormat<Int> {
    static func number(_ range: ClosedRange<Int>, of unit: String = "") -> SettingFormat {
        SettingFormat(
            allowed: "a number\(unit.isEmpty ? "" : " of \(unit)") from \(range.lowerBound) to \(range.upperBound)",
            parse: { text in
                guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(text) else { return nil }
                return range ~= number ? number : nil
            },
            show: { String($0) }
        )
    }

    static var port: SettingFormat { number(0...65_535) }
    static var bytes: SettingFormat { number(1...1_073_741_824, of: "bytes") }
}

extension SettingFormat<Bool> {
    static var boolean: SettingFormat {
        SettingFormat(
            allowed: "true or false",
            parse: { ["true": true, "false": false][$0] },
            show: { $0 ? "true" : "false" }
        )
    }
}

extension SettingFormat<Int64> {
    /// In milliseconds.
    static func duration(_ range: ClosedRange<DurationText>) -> SettingFormat {
        SettingFormat(
            allowed: "a time from \(range.lowerBound) to \(range.upperBound), such as 90s",
            parse: { text in
                guard let duration = DurationText(text), range ~= duration else { return nil }
                return duration.milliseconds
            },
            show: { DurationText(milliseconds: $0).description }
        )
    }
}

extension SettingFormat<String> {
    static var path: SettingFormat {
        SettingFormat(
            allowed: "a path",
            parse: { $0.isEmpty || $0.utf8.contains(0) ? nil : $0 },
            show: { $0 }
        )
    }

    static var host: SettingFormat {
        SettingFormat(
            allowed: "an IP address or a host's name",
            parse: { text in
                let allowed = !text.isEmpty && text.utf8.allSatisfy { $0.isURLSafe || $0 == UInt8(ascii: ":") }
                return allowed ? text : nil
            },
            show: { $0 }
        )
    }

    static var basePath: SettingFormat {
        SettingFormat(
            allowed: "a path such as /api/1.1/wf: segments of letters, digits and - . _ ~, no slash at its end",
            parse: { text in
                let segments = text.split(separator: "/", omittingEmptySubsequences: false)
                let allowed =
                    segments.count > 1 && segments[0].isEmpty
                    && segments.dropFirst().allSatisfy { segment in
                        !segment.isEmpty && segment != "." && segment != ".." && segment.utf8.allSatisfy(\.isURLSafe)
                    }
                return allowed ? text : nil
            },
            show: { $0 }
        )
    }

    static var webAddress: SettingFormat {
        SettingFormat(
            allowed: "an address such as https://tokens.example.com, without query and fragment",
            parse: { text in
                let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
                guard let scheme = ["https://", "http://"].first(where: trimmed.hasPrefix) else { return nil }
                let rest = trimmed.dropFirst(scheme.count)
                let allowed =
                    !rest.isEmpty && !rest.hasPrefix("/") && !rest.hasSuffix("/")
                    && rest.utf8.allSatisfy { $0.isURLSafe || "/:[]".utf8.contains($0) }
                return allowed ? trimmed : nil
            },
            show: { $0 }
        )
    }
}

extension SettingFormat<TrustedProxies> {
    static var addressRanges: SettingFormat {
        SettingFormat(
            allowed: "none, or addresses and ranges such as 10.0.0.0/8 and 2001:db8::1 with commas between them",
            parse: { text in
                guard text != "none" else { return TrustedProxies.none }
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                let ranges = parts.compactMap { AddressRange($0.drop { $0 == " " }) }
                return ranges.count == parts.count ? TrustedProxies(ranges) : nil
            },
            show: { $0.ranges.isEmpty ? "none" : $0.ranges.map(\.description).joined(separator: ",") }
        )
    }
}

extension SettingFormat<StoreURL> {
    static var storeURL: SettingFormat {
        SettingFormat(
            allowed: "an address such as postgres://latchkey@db.example.com/latchkey?sslmode=verify-full",
            parse: { StoreURL($0) },
            show: { $0.description }
        )
    }
}

extension SettingFormat<CORSPolicy> {
    static var origins: SettingFormat {
        SettingFormat(
            allowed: "* for any origin, off, or origins such as https://app.example.com with commas between them",
            parse: { text in
                switch text {
                case "*": return .anyOrigin
                case "off": return .off
                default:
                    let origins = text.split(separator: ",", omittingEmptySubsequences: false)
                        .map { String($0.drop { $0 == " " }) }
                    return origins.allSatisfy(isOrigin) ? .origins(origins) : nil
                }
            },
            show: { policy in
                switch policy {
                case .anyOrigin: "*"
                case .off: "off"
                case .origins(let origins): origins.joined(separator: ",")
                }
            }
        )
    }

    /// As a browser spells it (RFC 6454 6.2): lower case, no path. Any other spelling would never match.
    private static func isOrigin(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://") else { return false }
        let scheme = text[..<separator.lowerBound]
        let authority = text[separator.upperBound...]
        return !scheme.isEmpty && !authority.isEmpty && text.lowercased() == text
            && scheme.utf8.allSatisfy { $0.isURLSafe || $0 == UInt8(ascii: "+") }
            && authority.utf8.allSatisfy { $0.isURLSafe || ":[]".utf8.contains($0) }
    }
}

extension UInt8 {
    /// RFC 3986 2.3, unreserved.
    fileprivate var isURLSafe: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
