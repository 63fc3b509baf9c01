import AsyncHTTPClient
import Logging

/// Keeps one live token of one account, for a program that calls APIs behind Latchkey.
///
/// ```swift
/// let latchkey = try TokenClient("https://auth.example.com", credentials: Credentials(email: email, password: password))
/// var token = try await latchkey.token()
/// var answer = try await call(authorization: token.authorization)
/// if answer.status == 401 {
///     token = try await latchkey.token(after: token)
///     answer = try await call(authorization: token.authorization)
/// }
/// ```
///
/// However many tasks ask, one sign-in is made for all of them. The token is renewed at two thirds of its life, a twentieth of it
/// earlier or later by chance; renewing is signing in again, which ends the token before. Failed attempts are repeated with
/// exponential back-off and full jitter, and honour `Retry-After`; meanwhile callers get the token that still lives.
///
/// All time is the seconds the server names (`expires`), measured on `ContinuousClock` from before the request was sent: the
/// date of this machine may be wrong or jump, and time in suspend counts.
///
/// An account has one live token. Two programs that use one account end each other's token with every sign-in: after three
/// tokens in a row were refused early the client says so, by ``TokenClientError/accountShared(earlyDeaths:retryAfter:)`` and in
/// the log, and signs in ever more rarely, until once in 15 minutes.
public actor TokenClient {
    /// What may be set; the defaults suit most programs.
    public struct Configuration: Sendable {
        /// How long a caller without a live token waits through failed attempts before it is told. The attempt that runs at
        /// that moment is waited for.
        public var patience = Duration.seconds(30)
        /// How long one attempt may take, answer included.
        public var attemptDeadline = Duration.seconds(10)
        /// The path of a PEM file with the certificate authorities to trust instead of the system's.
        public var certificateAuthorityFile: String?

        /// The defaults.
        public init() {}
    }

    let transport: TokenTransport
    let clock: MonotonicClock
    let patience: Duration
    let chance: @Sendable () -> Double
    let logger: Logger

    var credentials: Credentials
    /// Tells the answer to an attempt with older credentials.
    var credentialsVersion = 0
    var credentialsAreRefused = false
    var held: HeldToken?
    var renewal = TokenRenewal()
    var attemptIsRunning = false
    var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
    var lastWaiter = 0

    /// - Parameters:
    ///   - address: The server's address, `https://auth.example.com`; a path in it is the base path, by default
    ///     `/api/1.1/wf`. TLS certificates are always verified, and redirects never followed.
    ///   - credentials: Those of an account that no other program uses.
    ///   - configuration: Waiting times and trust.
    ///   - logger: Gets warnings, by default nowhere. Tokens, passwords and e-mail addresses are never logged.
    /// - Throws: ``TokenClientError/invalidConfiguration(_:)``.
    public init(
        _ address: String,
        credentials: Credentials,
        configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "LatchkeyClient") { _ in SwiftLogNoOpLogHandler() }
    ) throws(TokenClientError) {
        let transport = try HTTPTransport(address, configuration)
        self.init(
            transport: { try await transport.send($0) },
            credentials: credentials,
            clock: .continuous(),
            patience: configuration.patience,
            chance: { Double.random(in: 0..<1) },
            logger: logger
        )
    }

    /// The same over any transport, clock and source of chance (numbers from 0 to below 1).
    package init(
        transport: @escaping TokenTransport,
        credentials: Credentials,
        clock: MonotonicClock,
        patience: Duration,
        chance: @escaping @Sendable () -> Double,
        logger: Logger
    ) {
        self.transport = transport
        self.credentials = credentials
        self.clock = clock
        self.patience = patience
        self.chance = chance
        self.logger = logger
    }

    /// A live token: the one at hand, or after its renewal or a sign-in the new one.
    ///
    /// While a renewal fails, the token that still lives is given at once. Cancelling a caller ends that caller's wait alone.
    public func token() async throws(TokenClientError) -> AccessToken {
        try await token(orNew: false)
    }

    /// The token to repeat a call with that was refused (401) although it carried `rejected`.
    ///
    /// Signs in only when `rejected` is the token at hand, so that many callers whose calls were refused at once cause one sign-in.
    /// Repeat the call once; a second refusal is the API's answer.
    public func token(after rejected: AccessToken) async throws(TokenClientError) -> AccessToken {
        reject(rejected)
        return try await token(orNew: false)
    }

    /// Signs in now, whatever the age of the token at hand, which ends by it.
    public func renew() async throws(TokenClientError) -> AccessToken {
        try await token(orNew: true)
    }

    /// Signs in with other credentials from now on, for instance after the password was changed.
    public func update(credentials: Credentials) {
        if credentials.email != self.credentials.email { held = nil }
        self.credentials = credentials
        credentialsVersion += 1
        credentialsAreRefused = false
        renewal = TokenRenewal()
        attemptIsRunning = false
        answerWaiters(.superseded)
    }

    /// Takes over a token from an earlier run, if the server says that it lives, instead of ending it by a sign-in.
    ///
    /// - Returns: The token with what is left of its life, or nil when it is dead.
    public func adopt(_ text: String) async throws(TokenClientError) -> AccessToken? {
        guard BearerText.isPlausible(text) else { return nil }
        let deadline = clock.now() + patience
        while true {
            let asked = clock.now()
            switch await lifeOfToken(text) {
            case .success(nil):
                renewal.attemptSucceeded()
                return nil
            case .success(let life?):
                renewal.attemptSucceeded()
                let token = AccessToken(text: text, userID: life.userID, expiresIn: life.rest)
                let age = TokenRenewal.age(ofLife: life.whole, chance: chance())
                let expiry = asked + life.rest
                held = HeldToken(token: token, issued: asked, renewal: expiry - life.whole + age, expiry: expiry)
                return token
            case .failure(let failure):
                logger.warning("the earlier token cannot be checked yet", metadata: ["reason": "\(failure.error)"])
                renewal.attemptFailed(failure, at: clock.now(), rest: nil, chance: chance())
                try await waitForNextAttempt(until: deadline)
            }
        }
    }

    /// Whether the token at hand is due for its renewal, expired, or not there.
    public var isRenewalDue: Bool {
        guard let held else { return true }
        return clock.now() >= held.renewal
    }
}

extension TokenClient: CustomReflectable {
    /// Shows nothing: what a client holds are secrets.
    public nonisolated var customMirror: Mirror { Mirror(self, children: []) }
}
