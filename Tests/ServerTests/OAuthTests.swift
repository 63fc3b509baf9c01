import Auth
import Foundation
import SQLiteStorage
import Testing

@testable import Server

/// `/oauth2/*` and its metadata, live, for what third-party clients do not try.
@Suite(.timeLimit(.minutes(5)))
struct OAuthTests {
    static let form = "Content-Type: application/x-www-form-urlencoded"

    private func post(_ server: LiveServer, _ path: String, _ fields: [String], _ body: String) async throws
        -> WireAnswer
    {
        try await server.answer("POST", "/oauth2/\(path)", fields + [Self.form], body: Array(body.utf8))
    }

    private func encoded(_ token: String) -> String { token.replacing("|", with: "%7C") }

    private func expect(_ answer: WireAnswer, _ status: Int, _ error: String) {
        #expect(answer.status == status, "\(answer)")
        #expect(answer.body.hasPrefix("{\"error\":\"\(error)\",\"error_description\":\""), "\(answer)")
        #expect(answer["cache-control"] == "no-store")
        #expect(answer["www-authenticate"]?.hasPrefix("Basic") != true, "a browser would keep the credentials")
        #expect((status == 401) == (answer["www-authenticate"] != nil))
    }

    @Test func `introspection tells whose token it is, to a bearer and to Basic with the token as its secret`()
        async throws
    {
        let seed = try await SeededStore.shared.value
        let caller = try await seed.signedInService(scopes: "", role: .introspector)
        let subject = try await seed.signedInService(scopes: "orders.read orders.write")
        try await LiveServer.run(seed) { server in
            let basic = [String].basic("\(caller.email):\(caller.token)")
            let formEncoded = [String].basic(
                "\(caller.email.replacing("@", with: "%40")):\(self.encoded(caller.token))"
            )
            for fields in [.bearer(caller.token), basic, formEncoded] {
                let body = "token_type_hint=x&token=\(self.encoded(subject.token))"
                let answer = try await self.post(server, "introspect", fields, body)
                let times = try #require(answer.body.firstMatch(of: #/"iat":(\d+),"exp":(\d+)/#))
                let (issued, expiry) = (try #require(Int64(times.1)), try #require(Int64(times.2)))
                #expect(expiry - issued == 31_536_000)
                #expect(
                    answer.body == """
                        {"active":true,"sub":"\(subject.id)","username":"\(subject.email)",\
                        "scope":"orders.read orders.write","token_type":"Bearer","iat":\(issued),"exp":\(expiry),\
                        "iss":"http://127.0.0.1:\(server.port)","role":"member","account_type":"service"}
                        """
                )
                #expect(answer["cache-control"] == "no-store")
            }
        }
    }

    @Test func `whatever is wrong with a token, it is not active`() async throws {
        let seed = try await SeededStore.shared.value
        let caller = try await seed.signedInService(scopes: "", role: .admin)
        let subject = try await seed.signedIn()
        let newer = try await seed.authority.generateAsOperator(for: EmailAddress(subject.email), by: .test)
        try await LiveServer.run(seed) { server in
            let unknown = "bus|4242424242424x424242424242424242|4343434343434x434343434343434343"
            for token in ["x", "%00", unknown, self.encoded(subject.token), "Bearer+\(newer.token.text)"] {
                let answer = try await self.post(server, "introspect", .bearer(caller.token), "token=\(token)")
                guard token != "%00" else {
                    self.expect(answer, 400, "invalid_request")
                    continue
                }
                #expect(answer.status == 200)
                #expect(answer.body == #"{"active":false}"#)
            }
        }
    }

    @Test func `a member asks about its own token alone, and learns nothing of others`() async throws {
        let seed = try await SeededStore.shared.value
        let (member, other) = (try await seed.signedIn(), try await seed.signedIn())
        try await LiveServer.run(seed) { server in
            let own = try await self.post(server, "introspect", .bearer(member.token), "token=\(member.token)")
            #expect(own.body.hasPrefix(#"{"active":true,"sub":"\#(member.id)""#))
            for token in [other.token, String(other.token.dropLast()) + "x", "x", other.token.dropLast(1) + "0"] {
                let answer = try await self.post(server, "introspect", .bearer(member.token), "token=\(token)")
                #expect(answer.status == 403)
                #expect(answer.body.hasPrefix(#"{"error":"unauthorized_client""#))
                #expect(answer["www-authenticate"] == #"Bearer error="insufficient_scope""#)
            }
        }
    }

    @Test(arguments: ["introspect", "revoke"])
    func `a caller without a live token of its own is not told anything`(_ path: String) async throws {
        let seed = try await SeededStore.shared.value
        let caller = try await seed.signedInService(scopes: "", role: .admin)
        let (other, subject) = (try await seed.signedIn(), try await seed.signedIn())
        try await LiveServer.run(seed) { server in
            let bearer = [String].bearer(caller.token)
            let wrong: [[String]] = [
                [], .bearer("x"), bearer + bearer, .basic("\(other.email):\(caller.token)"),
                .basic("\(caller.email):\(SeededStore.password)"), .basic(":\(caller.token)"),
                .basic(caller.email), ["Authorization: Basic %%%"], ["Authorization: Digest x"],
            ]
            for fields in wrong {
                let answer = try await self.post(server, path, fields, "token=\(subject.token)")
                self.expect(answer, 401, "invalid_client")
            }
            #expect(try await server.get("/api-token-status", .bearer(subject.token)).status == 200)
        }
    }

    @Test func `a caller revokes its own token, an admin anyone's, and unknown ones are no error`() async throws {
        let seed = try await SeededStore.shared.value
        let admin = try await seed.signedInService(scopes: "", role: .admin)
        let (member, other) = (try await seed.signedIn(), try await seed.signedIn())
        try await LiveServer.run(seed) { server in
            let refused = try await self.post(server, "revoke", .bearer(member.token), "token=\(other.token)")
            #expect(refused.status == 403)
            #expect(try await server.get("/api-token-status", .bearer(other.token)).status == 200)
            for token in ["x", String(other.token.dropLast(2)) + "00", other.token, other.token] {
                let answer = try await self.post(server, "revoke", .bearer(admin.token), "token=\(token)")
                #expect(answer.status == 200)
                #expect(answer.body == "")
            }
            #expect(try await server.get("/api-token-status", .bearer(other.token)).status == 401)
            let own = try await self.post(
                server,
                "revoke",
                .basic("\(member.email):\(member.token)"),
                "token=\(member.token)"
            )
            #expect(own.status == 200)
            #expect(try await server.get("/api-token-status", .bearer(member.token)).status == 401)
        }
        let events = try await seed.store.auditEvents(of: other.id, after: 0, limit: 10)
        #expect(events.last?.draft.kind == .tokenRevoked)
        #expect(events.last?.draft.source.actor == "account:\(admin.id)")
    }

    @Test func `client credentials make a service account's new token, however they are sent`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedInService(scopes: "a b")
        let secret = SeededStore.password.replacing(" ", with: "+")
        let address = account.email.replacing("@", with: "%40")
        try await LiveServer.run(seed) { server in
            var last = account.token
            let grant = "grant_type=client_credentials"
            let ways: [([String], String)] = [
                (.basic("\(account.email):\(SeededStore.password)"), grant),
                (.basic("\(address):\(secret)"), "\(grant)&scope=b"),
                ([], "\(grant)&client_id=\(address)&client_secret=\(secret)&scope=a+b"),
                (.basic("\(account.email):\(SeededStore.password)"), "\(grant)&client_id=\(address)&scope="),
            ]
            for (fields, body) in ways {
                let answer = try await self.post(server, "token", fields, body)
                let shape = #/\{"access_token":"([^"]+)","token_type":"Bearer","expires_in":31536000,"scope":"a b"\}/#
                let token = String(try #require(answer.body.wholeMatch(of: shape), "\(answer)").1)
                #expect(answer["cache-control"] == "no-store")
                #expect(try await server.get("/api-token-status", .bearer(token)).status == 200)
                #expect(
                    try await server.get("/api-token-status", .bearer(last)).status == 401,
                    "each grant ends the last"
                )
                last = token
            }
        }
    }

    @Test func `what is wrong with a grant has the RFC's names, and ends no token`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedInService(scopes: "a b")
        let person = try await seed.signedIn()
        try await LiveServer.run(seed) { server in
            let good = [String].basic("\(account.email):\(SeededStore.password)")
            let grant = "grant_type=client_credentials"
            let cases: [([String], String, Int, String)] = [
                (.basic("\(account.email):wrong"), grant, 401, "invalid_client"),
                (.basic("nobody@example.com:wrong"), grant, 401, "invalid_client"),
                (.basic("nobody:wrong"), grant, 401, "invalid_client"),
                (.basic("\(account.email):"), grant, 401, "invalid_client"),
                (.bearer(account.token), grant, 401, "invalid_client"),
                ([], grant, 401, "invalid_client"),
                ([], "\(grant)&client_id=a%40b", 401, "invalid_client"),
                ([], "\(grant)&client_id=\(account.email)&client_secret=wrong", 401, "invalid_client"),
                (good + good, grant, 400, "invalid_request"),
                (good, "\(grant)&client_secret=x&client_id=\(account.email)", 400, "invalid_request"),
                (good, "", 400, "invalid_request"), (good, "\(grant)&\(grant)", 400, "invalid_request"),
                (good, "grant_type=%", 400, "invalid_request"),
                (good, "grant_type=password", 400, "unsupported_grant_type"),
                (good, "\(grant)&scope=a+c", 400, "invalid_scope"), (good, "\(grant)&scope=%22", 400, "invalid_scope"),
                (.basic("\(person.email):\(SeededStore.password)"), grant, 400, "unauthorized_client"),
            ]
            for (fields, body, status, error) in cases {
                self.expect(try await self.post(server, "token", fields, body), status, error)
            }
            for token in [account.token, person.token] {
                #expect(try await server.get("/api-token-status", .bearer(token)).status == 200)
            }
        }
    }

    @Test(arguments: ["token", "introspect", "revoke"])
    func `what the edge refuses has the shape of RFC 6749 too`(_ path: String) async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let target = "/oauth2/\(path)"
            self.expect(try await server.answer("GET", target), 405, "invalid_request")
            self.expect(try await server.answer("POST", target, [Self.form, "Expect: x"]), 417, "invalid_request")
            let large = [UInt8](repeating: 0x61, count: 20_000)
            self.expect(try await server.answer("POST", target, [Self.form], body: large), 413, "invalid_request")
            for type in ["text/plain", "application/json", "multipart/form-data; boundary=a"] {
                let answer = try await server.answer("POST", target, ["Content-Type: \(type)"], body: Array("{}".utf8))
                self.expect(answer, 400, "invalid_request")
            }
        }
    }

    @Test(arguments: [nil, "https://tokens.example.com"])
    func `the metadata names the issuer, never the host asked for`(_ publicURL: String?) async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) {
            $0.publicURL = publicURL
        } _: { server in
            let answer = try await server.answer("GET", "/.well-known/oauth-authorization-server")
            let json = try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
            let issuer = publicURL ?? "http://127.0.0.1:\(server.port)"
            #expect(json["issuer"] as? String == issuer)
            for (name, path) in [("token", "token"), ("introspection", "introspect"), ("revocation", "revoke")] {
                #expect(json["\(name)_endpoint"] as? String == "\(issuer)/oauth2/\(path)")
                #expect((json["\(name)_endpoint_auth_methods_supported"] as? [String])?.first == "client_secret_basic")
            }
            #expect(json["grant_types_supported"] as? [String] == ["client_credentials"])
            #expect(json["response_types_supported"] as? [String] == [])
        }
    }
}
