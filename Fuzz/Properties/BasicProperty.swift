import Foundation
import Parsing

/// Basic credentials are one base64 text of one pair: nothing is read that encodes to another header.
enum BasicProperty {
    static func check(_ input: [UInt8]) throws(PropertyViolation) {
        try requireRoundTrip(input)
        let header = String(decoding: input, as: UTF8.self)
        guard let credentials = try? BasicCredentials(authorization: header) else { return }
        let pair = "\(credentials.userID):\(credentials.password)"
        try require(!credentials.userID.utf8.contains(UInt8(ascii: ":")), "the first colon is the one that counts")
        try require(FormText.isPlain(Array(pair.utf8)), "credentials are plain text")
        let scheme = String(decoding: header.utf8.prefix(6), as: UTF8.self).lowercased()
        try require(scheme == "basic ", "the scheme is Basic")
        let encoded = header.utf8.dropFirst(6).drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: "=") }
        try require(encoded.count <= 8192, "the base64 has at most 8,192 characters")
        let latin1 = pair.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
        let spellings = [Array(pair.utf8), latin1].map {
            Data($0).base64EncodedString().utf8.prefix { $0 != UInt8(ascii: "=") }
        }
        try require(spellings.contains { $0.elementsEqual(encoded) }, "what is read encodes to the header")
    }

    /// The input as a pair: taken as it is, or refused for a reason that can be said in one line.
    private static func requireRoundTrip(_ pair: [UInt8]) throws(PropertyViolation) {
        let encoded = Data(pair).base64EncodedString()
        let credentials = try? BasicCredentials(authorization: "Basic \(encoded)")
        guard let colon = pair.firstIndex(of: UInt8(ascii: ":")), encoded.utf8.count <= 8192 else {
            try require(credentials == nil, "a pair without a colon, or too long, is refused")
            return
        }
        guard String(validating: pair, as: UTF8.self) != nil else { return }
        guard FormText.isPlain(pair) else {
            try require(credentials == nil, "control characters are refused")
            return
        }
        try require(credentials.map { Array($0.userID.utf8) } == Array(pair[..<colon]), "the name is what was sent")
        try require(
            credentials.map { Array($0.password.utf8) } == Array(pair[(colon + 1)...]),
            "the password is what was sent"
        )
    }
}
