import Testing

/// `/api-token-status` at the routed door and `/api-token-revoke`.
@Suite(.timeLimit(.minutes(5)))
struct TokenEndpointTests {
    static let status = "/api-token-status"
    static let revoke = "/api-token-revoke"

    @Test func `the gate's GET and the router's POST answer with the same bytes`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let bearer = [String].bearer(account.token)
        try await LiveServer.run(seed) { server in
            for fields in [[], ["Authorization: Bearer x"], bearer, bearer + bearer] {
                let gate = try await server.get(Self.status, fields)
                let router = try await server.post(Self.status, fields)
                #expect(gate.status == router.status)
                // The seconds left may have changed in between.
                let seconds = #/"expires":\d+/#
                #expect(gate.body.replacing(seconds, with: "") == router.body.replacing(seconds, with: ""))
                #expect(
                    Set(gate.fields.filter { !$0.hasPrefix("Date: ") }.map { $0.lowercased() })
                        == Set(router.fields.filter { !$0.lowercased().hasPrefix("date: ") }.map { $0.lowercased() })
                )
            }
        }
    }

    @Test func `a GET with a body or a query is answered as one without`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        try await LiveServer.run(seed) { server in
            for (query, body) in [("", "body"), ("?a=b", ""), ("?", "")] {
                let target = "/api/1.1/wf\(Self.status)\(query)"
                let answer = try await server.answer("GET", target, .bearer(account.token), body: Array(body.utf8))
                #expect(answer.status == 200, "\(target)")
            }
        }
    }

    @Test func `a revoked token is refused`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        try await LiveServer.run(seed) { server in
            let answer = try await server.post(Self.revoke, .bearer(account.token))
            #expect(answer.status == 200)
            #expect(answer.body == #"{"status":"success","response":{"revoked":true}}"#)
            for path in [Self.status, Self.revoke] {
                let refused = try await server.post(path, .bearer(account.token))
                #expect(refused.status == 401)
                #expect(refused.reason == "UNAUTHORIZED")
                #expect(refused["www-authenticate"] == #"Bearer error="invalid_token""#)
            }
            #expect(try await server.get(Self.status, .bearer(account.token)).status == 401)
        }
    }

    @Test func `an older token revokes nothing`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        try await LiveServer.run(seed) { server in
            let newer = try await server.token(account.email)
            #expect(try await server.post(Self.revoke, .bearer(account.token)).status == 401)
            #expect(try await server.get(Self.status, .bearer(newer)).status == 200)
        }
    }

    @Test func `revoking without a token, or with two, is 401`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        try await LiveServer.run(seed) { server in
            let none = try await server.post(Self.revoke)
            #expect(none.status == 401)
            #expect(none["www-authenticate"] == "Bearer")
            let two = try await server.post(Self.revoke, .bearer(account.token) + .bearer(account.token))
            #expect(two.status == 401)
            #expect(try await server.get(Self.status, .bearer(account.token)).status == 200)
        }
    }

    @Test(arguments: ["access_token=x", "a=b&access_token=x", "access_token", "access%5Ftoken=x"])
    func `a token in the query is refused on every path below the base`(_ query: String) async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        try await LiveServer.run(seed) { server in
            for path in ["/api-token-status", "/api-basic-auth"] {
                let answer = try await server.get("\(path)?\(query)", .bearer(account.token))
                #expect(answer.status == 400)
                #expect(answer.reason == "INVALID_DATA")
            }
        }
    }
}
