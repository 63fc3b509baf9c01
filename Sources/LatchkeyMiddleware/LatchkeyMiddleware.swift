import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// Lets through requests whose bearer token Latchkey says is live, and tells the routes behind it who they are from.
///
/// ```swift
/// let orders = router.group("orders").add(middleware: try LatchkeyMiddleware("http://127.0.0.1:8080", scopes: ["orders"]))
/// orders.get { request, context in "Hello, \(try context.requireIdentity().email)" }
/// ```
///
/// Each request costs one call to Latchkey's `/guard/auth-request`, so that a token which was revoked or replaced passes no
/// more from that moment on. What fails throws `HTTPError`: 401 without a live token, 403 when the account lacks what is demanded
/// (both with `WWW-Authenticate`, RFC 6750 section 3), 503 when Latchkey gives no clear answer in time. Uncertain is never a pass.
///
/// The request that goes on carries no header whose name begins with `X-Latchkey-`: nobody can claim to have been verified.
/// A browser's CORS preflight has no token; put `CORSMiddleware` in front if pages of other origins shall call.
public struct LatchkeyMiddleware<Context: LatchkeyRequestContext>: RouterMiddleware {
    private let ask: @Sendable (String) async -> GuardVerdict
    private let now: @Sendable () -> Duration
    private let date: @Sendable () -> Date
    private let recent: RecentVerdictsBox?

    /// - Parameters:
    ///   - address: Latchkey's address, scheme, host and port. Plain `http` is for the same machine or a network that you trust.
    ///   - scopes: Scopes that the account must all have.
    ///   - roles: Roles of which it must have one; none for any.
    ///   - maximumStaleness: How long a verdict that was a pass may be used again without asking: **the time during which a
    ///     dead token may still pass.** A token is never used beyond its expiry. By default zero: each request asks.
    ///   - capacity: How many verdicts are kept at most, when any are.
    ///   - deadline: How long to wait for Latchkey before answering 503.
    ///   - certificateAuthorityFile: A PEM file with the certificate authorities to trust instead of the system's.
    /// - Throws: ``LatchkeyConfigurationError``.
    public init(
        _ address: String,
        scopes: [String] = [],
        roles: [String] = [],
        maximumStaleness: Duration = .zero,
        capacity: Int = 10_000,
        deadline: Duration = .seconds(2),
        certificateAuthorityFile: String? = nil
    ) throws(LatchkeyConfigurationError) {
        let client = try GuardClient(
            address,
            scopes: scopes,
            roles: roles,
            certificateAuthorityFile: certificateAuthorityFile,
            deadline: deadline
        )
        let clock = ContinuousClock()
        let origin = clock.now
        self.init(
            ask: { await client.verdict(on: $0) },
            maximumStaleness: maximumStaleness,
            capacity: capacity,
            now: { origin.duration(to: clock.now) },
            date: { Date() }
        )
    }

    /// The same with any way to ask and any clocks.
    package init(
        ask: @escaping @Sendable (String) async -> GuardVerdict,
        maximumStaleness: Duration,
        capacity: Int,
        now: @escaping @Sendable () -> Duration,
        date: @escaping @Sendable () -> Date
    ) {
        self.ask = ask
        self.now = now
        self.date = date
        recent =
            maximumStaleness > .zero && capacity > 0
            ? RecentVerdictsBox(RecentVerdicts(maximumStaleness: maximumStaleness, capacity: capacity)) : nil
    }

    public func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let presented = request.headers[values: .authorization]
        // Two headers are two claims: which one counts is not for us to guess.
        guard presented.count == 1, let authorization = presented.first else { throw refusal(.unauthorized, "Bearer") }
        var context = context
        context.identity = try await identity(authorization)
        var head = request.head
        head.headerFields.dropIdentity()
        return try await next(Request(head: head, body: request.body), context)
    }

    private func identity(_ authorization: String) async throws(HTTPError) -> LatchkeyIdentity {
        let key = recent.map { _ in RecentVerdicts.Key(authorization) }
        let asked = now()
        if let recent, let key, let known = recent.verdicts.withLock({ $0.identity(key, at: asked, date: date()) }) {
            return known
        }
        switch await ask(authorization) {
        case .passes(let identity):
            if let recent, let key { recent.verdicts.withLock { $0.keep(identity, for: key, asked: asked) } }
            return identity
        case .unauthorized(let challenge): throw refusal(.unauthorized, challenge ?? #"Bearer error="invalid_token""#)
        case .forbidden(let challenge): throw refusal(.forbidden, challenge)
        case .unavailable(let retryAfter):
            let pause = retryAfter.flatMap { UInt32($0) } ?? 1
            throw HTTPError(
                .serviceUnavailable,
                headers: [.retryAfter: "\(pause)"],
                message: "Tokens cannot be verified for now"
            )
        }
    }

    private func refusal(_ status: HTTPResponse.Status, _ challenge: String?) -> HTTPError {
        var headers = HTTPFields()
        if let challenge { headers[.wwwAuthenticate] = challenge }
        let words = status == .forbidden ? "This account may not do that" : "A live bearer token is needed"
        return HTTPError(status, headers: headers, message: words)
    }
}

/// Shared by the copies of a middleware.
private final class RecentVerdictsBox: Sendable {
    let verdicts: Mutex<RecentVerdicts>

    init(_ verdicts: RecentVerdicts) {
        self.verdicts = Mutex(verdicts)
    }
}

extension HTTPFields {
    /// Removes every field that could be taken for Latchkey's word; `_` counts as `-`, as it does for many a reader.
    fileprivate mutating func dropIdentity() {
        let forged = map(\.name).filter {
            $0.canonicalName.replacing("_", with: "-").hasPrefix(LatchkeyIdentity.fieldPrefix)
        }
        for name in forged { self[name] = nil }
    }
}
