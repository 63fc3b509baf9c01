import Hummingbird

/// A request context with room for who the request is from.
public protocol LatchkeyRequestContext: RequestContext {
    /// Set by ``LatchkeyMiddleware``; nil on routes that it does not guard.
    var identity: LatchkeyIdentity? { get set }
}

extension LatchkeyRequestContext {
    /// Who the request is from.
    ///
    /// - Throws: `HTTPError` with 401 on a route that no ``LatchkeyMiddleware`` guards.
    public func requireIdentity() throws(HTTPError) -> LatchkeyIdentity {
        guard let identity else { throw HTTPError(.unauthorized) }
        return identity
    }
}
