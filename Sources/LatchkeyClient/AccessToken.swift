/// A bearer token (RFC 6750) as Latchkey issued it.
///
/// It is a secret: descriptions and mirrors do not show it. Send it as `Authorization: Bearer TOKEN`, over TLS.
public struct AccessToken: Sendable {
    /// The token itself: visible ASCII, at most 512 bytes.
    public let text: String
    /// The account it stands for: 13 digits, `x`, 18 digits.
    public let userID: String
    /// How long the server said it lives, counted from the answer that told it, in whole seconds.
    public let expiresIn: Duration
    /// Tells tokens apart without comparing secrets.
    let serial = UInt64.random(in: .min ... .max)

    /// The value of the `Authorization` header (RFC 6750, section 2.1).
    public var authorization: String { "Bearer " + text }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "AccessToken(redacted)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
