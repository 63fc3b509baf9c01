import Auth
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Parsing

/// The four endpoints below the base path, at the routed door.
struct TokenRoutes: Sendable {
    typealias Context = EdgeRequestContext

    let authority: TokenAuthority
    let loops: EdgeLoops
    let limits: EdgeLimits
    let logger: Logger

    /// `POST /api-token-generate`: `email` and `password` as multipart, urlencoded or JSON.
    func generate(_ request: Request, _ context: Context) async throws -> Response {
        try refuseTwoCredentials(request)
        let body = try await request.body.collect(upTo: limits.bodyBytes)
        let contentType = request.headers[.contentType]
        guard body.readableBytes > 0 || contentType != nil else { throw ErrorResponse.missing("email") }
        let fields: FormFields
        do {
            let type = try MediaType(contentType: contentType)
            fields = try FormFields(Array(body.readableBytesView), as: type, names: ["email", "password"])
        } catch {
            throw ErrorResponse(error)
        }
        guard let email = fields["email"], !email.isEmpty else { throw ErrorResponse.missing("email") }
        guard let password = fields["password"], !password.isEmpty else { throw ErrorResponse.missing("password") }
        return try await generate(email, password, request, context)
    }

    /// `GET` and `POST /api-basic-auth`: the same credentials as HTTP Basic. The body is read and ignored, whatever its type.
    ///
    /// A GET that changes state must not be triggered by following a link: navigations and prefetches are refused.
    func basicAuth(_ request: Request, _ context: Context) async throws -> Response {
        guard request.headers[.secFetchMode] != "navigate", !isPrefetch(request) else {
            throw ErrorResponse(.forbidden, "A browser may fetch this from a script, not navigate to it")
        }
        try refuseTwoCredentials(request)
        _ = try await request.body.collect(upTo: limits.bodyBytes)
        guard let header = request.headers[.authorization] else { throw ErrorResponse(.missing) }
        let credentials: BasicCredentials
        do {
            credentials = try BasicCredentials(authorization: header)
        } catch {
            throw ErrorResponse(error)
        }
        guard !credentials.userID.isEmpty else { throw ErrorResponse.missing("The e-mail before the colon") }
        guard !credentials.password.isEmpty else { throw ErrorResponse.missing("The password after the colon") }
        return try await generate(credentials.userID, credentials.password, request, context)
    }

    /// `POST /api-token-status`, and its GET over HTTP/2: the gate answers the other GETs with the same bytes.
    func status(_ request: Request, _ context: Context) async throws -> Response {
        _ = try await request.body.collect(upTo: limits.bodyBytes)
        let token = try bearerToken(request)
        let source = context.source(request)
        let verdict = await loops.judge(token, by: authority, source, on: context.channel.eventLoop)
        var memory = ByteBuffer()
        return StatusAnswer.answer(to: verdict, in: &memory, log: logger).response
    }

    /// `POST /api-token-revoke`: ends the presented token.
    func revoke(_ request: Request, _ context: Context) async throws -> Response {
        _ = try await request.body.collect(upTo: limits.bodyBytes)
        let token = try bearerToken(request)
        switch authority.judge(token, await loops.lookUp(token.account, on: context.channel.eventLoop)) {
        case .unavailable(let why): return StatusAnswer.unavailable(why, log: logger).response
        case .dead: throw ErrorResponse.invalidToken
        case .live: break
        }
        guard try await authority.revoke(token, by: token.account, source: context.source(request)) else {
            throw ErrorResponse.invalidToken
        }
        return Answer(body: ByteBuffer(string: #"{"status":"success","response":{"revoked":true}}"#)).response
    }

    private func generate(
        _ email: String,
        _ password: String,
        _ request: Request,
        _ context: Context
    ) async throws -> Response {
        let generated = try await authority.generate(
            email: email,
            password: Password(password),
            source: context.source(request)
        )
        var body = ByteBuffer()
        body.write(expecting: 256) { body in
            body.write("{\"status\":\"success\",\"response\":{\"token\":\"")
            body.write(String(generated.token.text))
            body.write("\",\"user_id\":\"")
            body.write(generated.account)
            body.write("\",\"expires\":")
            body.write(generated.expiresInSeconds)
            body.write("}}")
        }
        return Answer(body: body).response
    }

    private func refuseTwoCredentials(_ request: Request) throws {
        guard request.headers[values: .authorization].count < 2 else {
            throw ErrorResponse(.invalidData, "A request has one Authorization header")
        }
    }

    private func isPrefetch(_ request: Request) -> Bool {
        [.secPurpose, .purpose].contains { request.headers[$0]?.contains("prefetch") == true }
    }

    private func bearerToken(_ request: Request) throws -> BearerToken {
        let fields = request.headers[values: .authorization]
        switch PresentedToken(fields.first, count: fields.count) {
        case .none: throw ErrorResponse.noToken
        case .unusable: throw ErrorResponse.invalidToken
        case .token(let token): return token
        }
    }
}
