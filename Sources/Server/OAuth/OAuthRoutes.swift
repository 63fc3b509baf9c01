import Auth
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Parsing

/// The endpoints of OAuth 2.0 that fit tokens like these: introspection (RFC 7662), revocation (RFC 7009), client
/// credentials for service accounts (RFC 6749 section 4.4) and the metadata that tells of them (RFC 8414).
struct OAuthRoutes: Sendable {
    typealias Context = EdgeRequestContext

    let authority: TokenAuthority
    let loops: EdgeLoops
    let issuer: Issuer
    let limits: EdgeLimits
    let logger: Logger

    /// `POST /oauth2/token`: a new token for a service account's e-mail and password; the one before ends.
    func token(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await form(request, ["grant_type", "scope", "client_id", "client_secret"])
        let headers = request.headers[values: .authorization]
        guard headers.count < 2 else { throw OAuthError(.invalidRequest, "A request has one Authorization header") }
        // A client may repeat its id in the body, but two secrets are one too many (RFC 6749 section 2.3).
        guard headers.isEmpty || form["client_secret"] == nil else {
            throw OAuthError(.invalidRequest, "Send the client secret once, in the header or in the body")
        }
        guard let grantType = form["grant_type"], !grantType.isEmpty else {
            throw OAuthError(.invalidRequest, "grant_type is missing")
        }
        guard grantType == "client_credentials" else {
            throw OAuthError(.unsupportedGrantType, "The only grant_type here is client_credentials")
        }
        guard let asked = try? Scope.list(form["scope"] ?? "") else {
            throw OAuthError(.invalidScope, "scope is a list of scopes with spaces between them")
        }
        let credentials = try headers.first.map(ClientCredentials.init(authorization:)) ?? ClientCredentials(form)
        return try await grant(credentials, asked, context.source(request))
    }

    private func grant(_ credentials: ClientCredentials, _ asked: [Scope], _ source: RequestSource) async throws
        -> Response
    {
        var held: [Scope] = []
        let generated = try await authority.generate(
            email: credentials.email,
            password: Password(credentials.secret),
            source: source,
            onlyIf: { (found: Account) throws(AuthError) in
                guard found.kind.type == .service else { throw .notServiceAccount }
                guard found.scopes.isEmpty || asked.allSatisfy(found.scopes.contains) else { throw .scopeNotHeld }
                held = found.scopes
            }
        )
        var body = ByteBuffer()
        body.write(expecting: 256) { body in
            body.write("{\"access_token\":\"")
            body.write(String(generated.token.text))
            body.write("\",\"token_type\":\"Bearer\",\"expires_in\":")
            body.write(generated.expiresInSeconds)
            // Section 5.1: left out, it is what was asked for; a token that is not limited has that too.
            if !held.isEmpty {
                body.write(",\"scope\":")
                body.writeJSON(held.map(\.description).joined(separator: " "))
            }
            body.write("}")
        }
        return Answer(body: body).response
    }

    /// `POST /oauth2/introspect`: whether a token is live, and whose. Whatever is wrong with it, it is not active.
    func introspect(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await form(request, ["token"])
        let caller = try await caller(request, context)
        guard let text = form["token"], !text.isEmpty else { throw OAuthError(.invalidRequest, "token is missing") }
        let token = BearerToken(text[...])
        // By the account that the token names, not by what it is worth: a refusal tells nothing of the token.
        guard caller.role != .member || token?.account == caller.account else {
            throw OAuthError(
                .unauthorizedClient,
                "Only an introspector or an admin may ask about tokens of others",
                status: 403,
                field: Answer.Field(name: "WWW-Authenticate", value: "Bearer error=\"insufficient_scope\"")
            )
        }
        guard let token else { return IntrospectionAnswer.inactive.response }
        let lookup = await loops.lookUp(token.account, on: context.channel.eventLoop)
        return IntrospectionAnswer.answer(to: authority.judge(token, lookup), issuer: issuer.url, log: logger).response
    }

    /// `POST /oauth2/revoke`: ends a token of the caller's own, or, for an admin, anyone's. A token that is not live is one
    /// that needs no ending.
    func revoke(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await form(request, ["token"])
        let caller = try await caller(request, context)
        guard let text = form["token"], !text.isEmpty else { throw OAuthError(.invalidRequest, "token is missing") }
        guard let token = BearerToken(text[...]) else { return Answer(body: ByteBuffer()).response }
        guard caller.role == .admin || token.account == caller.account else {
            throw OAuthError(.unauthorizedClient, "Only an admin may revoke tokens of others", status: 403)
        }
        _ = try await authority.revoke(token, by: caller.account, source: context.source(request))
        return Answer(body: ByteBuffer()).response
    }

    /// `GET /.well-known/oauth-authorization-server`.
    func metadata(_ request: Request, _ context: Context) async throws -> Response {
        MetadataAnswer.answer(issuer: issuer.url).response
    }

    private func form(_ request: Request, _ names: [String]) async throws -> FormFields {
        let body = try await request.body.collect(upTo: limits.bodyBytes)
        do {
            let type = try MediaType(contentType: request.headers[.contentType])
            guard case .urlencoded = type else { throw BodyError.unsupportedMediaType }
            return try FormFields(Array(body.readableBytesView), as: type, names: names)
        } catch let error as BodyError {
            let what = "Send the parameters as application/x-www-form-urlencoded"
            throw OAuthError(.invalidRequest, error == .unsupportedMediaType ? what : error.message)
        }
    }

    /// Who asks: by a live token, as a bearer or as the secret beside the account's e-mail; never by a password, which would
    /// cost a hash a call.
    private func caller(_ request: Request, _ context: Context) async throws -> LiveToken {
        let invalid = OAuthError.invalidClient(
            "Authenticate with a live token: as a bearer, or as the Basic password beside your e-mail",
            challenge: "Bearer error=\"invalid_token\""
        )
        let headers = request.headers[values: .authorization]
        guard let header = headers.first else {
            throw OAuthError.invalidClient(
                "Authenticate with a live token: as a bearer, or as the Basic password beside your e-mail"
            )
        }
        guard headers.count == 1 else { throw invalid }
        var email: String?
        var text = BearerHeader.token(in: header)
        if text == nil {
            let credentials = try ClientCredentials(authorization: header)
            email = credentials.email
            text = credentials.secret[...]
        }
        guard let token = text.flatMap({ BearerToken($0) }) else { throw invalid }
        let source = context.source(request)
        switch await loops.judge(token, by: authority, source, on: context.channel.eventLoop) {
        case .live(let caller, _):
            guard let email else { return caller }
            guard let address = try? EmailAddress(email), address.key == (try? EmailAddress(caller.email))?.key else {
                throw invalid
            }
            return caller
        case .dead: throw invalid
        case .unavailable(let why):
            logger.error("verification is unavailable", metadata: ["reason": .string(why)])
            throw ErrorResponse.unavailable
        }
    }
}
