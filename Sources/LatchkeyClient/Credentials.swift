/// The e-mail and password of one account; a program uses a service account of its own.
///
/// Neither is printed: descriptions and mirrors show nothing.
public struct Credentials: Sendable {
    let email: String
    let password: String

    /// - Parameters:
    ///   - email: The sign-in name of the account.
    ///   - password: Its password, at most 1,024 bytes of UTF-8.
    public init(email: String, password: String) {
        self.email = email
        self.password = password
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "Credentials(redacted)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
