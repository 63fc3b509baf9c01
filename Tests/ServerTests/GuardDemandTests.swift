import Auth
import NIOCore
import Testing

@testable import Server

/// What a guard address demands, and of whom.
struct GuardDemandTests {
    private static func token(scopes: String = "", role: Account.Role = .member) throws -> LiveToken {
        var generator = SystemRandomNumberGenerator()
        let account = AccountID.random(createdAt: Timestamp(milliseconds: 0), using: &generator)
        return LiveToken(
            account: account,
            email: "a@example.com",
            type: .service,
            role: role,
            scopes: scopes,
            digest: try #require([UInt8](repeating: 0, count: 32).withUnsafeBytes { TokenDigest($0) }),
            keyID: 1,
            issuedAt: Timestamp(milliseconds: 0),
            expiresAt: Timestamp(milliseconds: 1000)
        )
    }

    private func answer(_ query: String, _ token: LiveToken, _ route: Route = .guardAuthRequest) -> Answer {
        let path = route == .guardExtAuthz ? "/guard/ext-authz" : "/guard/auth-request"
        let now = Timestamp(milliseconds: 0)
        return GuardAnswer.answer(to: GuardRequest(path + query, route), .live(token, now: now), log: .silent)
    }

    @Test(arguments: [
        "", "?", "?&", "?scope=a", "?scope=a&scope=b", "?scope=a%20b", "?scope=b+a", "?scope=c:%2F", "?role=member",
    ])
    func `a demand that is met passes`(_ query: String) throws {
        #expect(answer(query, try Self.token(scopes: "a b c:/")).status == 200)
    }

    @Test(arguments: [
        ("?scope=d", "d"), ("?scope=a&scope=d", "a d"), ("?scope=ab", "ab"), ("?scope=A", "A"), ("?scope=a+d", "a d"),
    ])
    func `a scope that is not there is 403 insufficient_scope`(_ query: String, _ scopes: String) throws {
        let answer = answer(query, try Self.token(scopes: "a b"))
        #expect(answer.status == 403)
        #expect(answer.field?.value == #"Bearer error="insufficient_scope", scope="\#(scopes)""#)
        #expect(String(buffer: answer.body).contains(#""reason":"FORBIDDEN""#))
        #expect(answer.identity == nil)
    }

    @Test func `an account that is not limited has every scope`() throws {
        #expect(answer("?scope=anything", try Self.token()).status == 200)
    }

    @Test func `one of the roles is enough, and no role stands for another`() throws {
        #expect(answer("?role=admin&role=member", try Self.token()).status == 200)
        #expect(answer("?role=member", try Self.token(role: .admin)).status == 403)
        let refused = answer("?role=admin", try Self.token())
        #expect(refused.status == 403)
        #expect(refused.field?.value == #"Bearer error="insufficient_scope""#)
        #expect(answer("?role=member&scope=b", try Self.token(scopes: "a")).status == 403)
    }

    @Test(arguments: [
        "?scop=a", "?scope", "?scope=", "?scope=%20", "?scope=%", "?scope=%zz", "?scope=\"", "?scope=%22", "?role=",
        "?role=Admin", "?role=member%00", "?Scope=a", "?scope=a&x", "?scope=a?", "?scope[]=a", "?scope=\u{e9}",
        "?" + String(repeating: "scope=a&", count: 65),
    ])
    func `an address with anything else lets nothing pass`(_ query: String) throws {
        let answer = answer(query, try Self.token(scopes: query == "?scope=a?" ? "b" : "a"))
        #expect(answer.status == 403)
        #expect(answer.identity == nil)
    }

    @Test(arguments: ["/orders?scope=d&x=%zz", "/?role=admin", "/a/../b", "//x"])
    func `the query of an API behind Envoy demands nothing`(_ suffix: String) throws {
        #expect(answer(suffix, try Self.token(scopes: "a"), .guardExtAuthz).status == 200)
    }

    @Test(arguments: [("?scope=a&", 200), ("?scope=d&", 403), ("?scope=a&role=admin&", 403), ("?scope=a", 403)])
    func `what stands in Envoy's prefix is demanded, up to the path it appends`(_ prefix: String, _ status: Int) throws
    {
        #expect(
            answer(prefix + "/orders?scope=zzz&role=none", try Self.token(scopes: "a"), .guardExtAuthz).status == status
        )
    }

    @Test func `a dead token is 401 whatever is demanded`() {
        for query in ["?scope=a", "?nonsense"] {
            let request = GuardRequest("/guard/auth-request" + query, .guardAuthRequest)
            #expect(GuardAnswer.answer(to: request, .dead, log: .silent).status == 401)
        }
    }
}
