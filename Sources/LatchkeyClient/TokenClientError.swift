/// Why there is no token.
public enum TokenClientError: Error, Equatable, Sendable {
    /// Why an attempt that will be repeated has failed.
    public enum Cause: Equatable, Sendable {
        /// No connection, no answer in time, or none over TLS that can be trusted; the text is the transport's.
        case network(String)
        /// The server is overloaded, limits sign-ins or is being restarted: 408, 425, 429 or 5xx.
        case status(Int)
        /// A success that does not have the form of one: something else answers at this address.
        case unexpectedAnswer
    }

    /// The address is none of an HTTP server, or the file of certificate authorities cannot be read.
    case invalidConfiguration(String)
    /// 400 `INVALID_LOGIN_CREDENTIALS`: the account does not exist, is disabled or has another password. No further
    /// attempt is made until ``TokenClient/update(credentials:)``.
    case invalidCredentials
    /// The server will not answer such a request, whoever signs in: mostly a wrong address. `reason` is the `reason` of the
    /// error's body.
    case refused(status: Int, reason: String?)
    /// No token within ``TokenClient/Configuration/patience``; the next attempt is made no earlier than `retryAfter` from now.
    case unavailable(Cause, retryAfter: Duration)
    /// `earlyDeaths` tokens in a row were refused soon after they were issued: another program signs in with the same account,
    /// which ends this program's token each time. The next sign-in is made no earlier than `retryAfter` from now.
    case accountShared(earlyDeaths: Int, retryAfter: Duration)
    /// The calling task was cancelled; other callers still get the token they wait for.
    case cancelled
}

extension TokenClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidConfiguration(let words): words
        case .invalidCredentials:
            "the server knows no account with these credentials; correct them, or enable the account"
        case .refused(let status, let reason):
            "the server refuses to issue a token: \(status)\(reason.map { " \($0)" } ?? ""); look at the address"
        case .unavailable(let cause, let pause): "no token for now: \(cause); next attempt in \(seconds(pause))"
        case .accountShared(let deaths, let pause):
            """
            \(deaths) tokens in a row were refused soon after they were issued: another program signs in with the same \
            account; give each program an account of its own; next sign-in in \(seconds(pause))
            """
        case .cancelled: "the task was cancelled"
        }
    }

    private func seconds(_ pause: Duration) -> String { "\(max(0, pause.components.seconds)) s" }
}

extension TokenClientError.Cause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .network(let words): "the server cannot be reached (\(words))"
        case .status(let status): "the server answers \(status)"
        case .unexpectedAnswer: "what answers at this address is no Latchkey"
        }
    }
}
