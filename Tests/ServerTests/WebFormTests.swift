import Auth
import SQLiteStorage
import Testing

@testable import Server

/// What the forms of people, owners and administrators do, and what they refuse.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct WebFormTests {
    private func run(_ body: @escaping @Sendable (LiveServer, SeededStore) async throws -> Void) async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in try await body(server, seed) }
    }

    @Test func `an invitation is made for a person, never for oneself nor for a program`() async throws {
        try await run { server, seed in
            let admin = try await seed.account(role: .admin)
            let browser = WebClient(server)
            try await browser.logIn(admin.email)
            let invite = [("action", "invite")]
            func post(_ id: AccountID) async throws -> WireAnswer {
                _ = try await browser.get("/admin/accounts/\(id)")
                return try await browser.post("/admin/accounts/\(id)", invite)
            }
            #expect(try await post(admin.id).status == 403)
            #expect(try await post(seed.signedInService(scopes: "").id).status == 400)
            let disabled = try await seed.account()
            try await seed.disable(disabled.id)
            #expect(try await post(disabled.id).status == 400)
            // Sent again it voids the link that it made, and says so.
            let invited = try await seed.account(hasPassword: false).id
            let anybody = WebClient(server)
            var links: [String] = []
            for _ in 0..<2 {
                let made = try await post(invited)
                #expect(made.status == 200 && made.body.contains("A link made before is void."))
                links.append(String(try #require(made.body.firstMatch(of: #/\/invitation\/[0-9a-f]{64}/#)).0))
                #expect(try await anybody.get(links[links.endIndex - 1]).status == 200)
            }
            #expect(try await anybody.get(links[0]).status == 404)
        }
    }

    @Test func `what is to be pasted into a shell stays one word`() async throws {
        #expect("plain".asShellWord == "'plain'")
        #expect("".asShellWord == "''")
        #expect("o'brien's".asShellWord == #"'o'\''brien'\''s'"#)
        #expect("'\u{301}$(id)".asShellWord.unicodeScalars.elementsEqual("''\\''\u{301}$(id)'".unicodeScalars))
        try await run { server, seed in
            let browser = WebClient(server)
            try await browser.logIn(seed.account().email)
            _ = try await browser.get("/service-accounts/new")
            let email = "o'brien@x\(UInt64.random(in: .min ... .max)).example"
            let made = try await browser.post("/service-accounts/new", [("email", email), ("purpose", "a test")])
            #expect(made.status == 200)
            let quoted = "email=\(email)".asShellWord.replacing("'", with: "&#39;")
            #expect(made.body.contains("--form \(quoted)"), "\(made.body)")
        }
    }

    @Test func `with an overlap the pages say how long the token before goes on`() async throws {
        try await run { server, seed in
            let account = try await seed.signedIn()
            let browser = WebClient(server)
            try await browser.logIn(account.email)
            #expect(try await browser.get("/dashboard").body.contains("A new token ends this one at once."))
            let draft = AuditDraft(.overlapChanged, by: .test)
            #expect(try await seed.store.setOverlap(of: account.id, to: 7200, audit: draft))
            let page = try await browser.get("/dashboard").body
            #expect(page.contains("this one still passes for 2 hours") && !page.contains("ends this one at once"))
            _ = try await server.get("/api-token-status", .bearer(account.token))
            try await seed.waitUntilUsed(account.id)
            let asked = try await browser.post("/dashboard", [("action", "generate"), ("generation", "1")]).body
            #expect(asked.contains("Replace a token that is in use?") && asked.contains("it still passes for 2 hours"))
            #expect(!asked.contains("at once") && !asked.contains("end the one in use"))
        }
    }

    @Test func `activity of one account is that account's alone, however many one owns`() async throws {
        try await run { server, seed in
            let owner = try await seed.account()
            var last: AccountID?
            // The filter lists the first two hundred.
            for number in 0..<201 {
                let name = "owned-\(number + 1000)-\(owner.id.number)@example.com"
                last = try await seed.service(name, owner: owner.id)
            }
            let browser = WebClient(server)
            try await browser.logIn(owner.email)
            let id = try #require(last)
            let page = try await browser.get("/activity?account=\(id)")
            #expect(page.status == 200)
            let rows = try #require(page.body.firstMatch(of: #/<tbody>(?s:.*)<\/tbody>/#)).0
            #expect(rows.contains("owned-1200-"))
            #expect(!rows.contains("owned-1199-") && !rows.contains(owner.email))
            #expect(page.body.contains("value=\"\(id)\" selected"))
            #expect(try await browser.get("/activity?account=\(owner.id)").status == 200)
            let stranger = try await seed.account()
            for other in [stranger.id.description, "nonsense"] {
                #expect(try await browser.get("/activity?account=\(other)").status == 404)
            }
        }
    }

    @Test func `a form that is sent many times at once makes one token, and ends one`() async throws {
        let seed = try await SeededStore.shared.value
        let id = try await seed.account().id
        let read = try #require(try await seed.store.account(number: id.number))
        let made = try await withThrowingTaskGroup(of: GeneratedToken?.self) { tasks in
            for _ in 0..<8 { tasks.addTask { try await seed.authority.generateAsOperator(for: read, by: .test) } }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(made.compactMap(\.self).count == 1)
        let held = try #require(try await seed.store.account(number: id.number))
        #expect(held.generation == 1)
        #expect(try await seed.authority.revokeAsOperator(of: read, by: .test) == false)
        #expect(try await seed.authority.revokeAsOperator(of: held, by: .test))
        #expect(try await seed.authority.generateAsOperator(for: held, by: .test) == nil)
        // An operator's command is asked for once each time.
        for _ in 0..<2 { _ = try await seed.authority.generateAsOperator(for: read.email, by: .test) }
        #expect(try await seed.store.account(number: id.number)?.generation == 4)
    }

    @Test func `a form from before its token was revoked makes no other`() async throws {
        try await run { server, seed in
            let account = try await seed.account()
            let (first, second) = (WebClient(server), WebClient(server))
            for browser in [first, second] { try await browser.logIn(account.email) }
            func form(_ action: String, in browser: WebClient) async throws -> [(String, String)] {
                let page = try await browser.get("/dashboard").body
                let seen = try #require(page.firstMatch(of: #/name="generation" value="(\d+)"/#)).1
                return [("action", action), ("generation", String(seen))]
            }
            let generate = try await form("generate", in: first)
            #expect(try await first.post("/dashboard", generate).status == 200)
            #expect(try await second.post("/dashboard", form("revoke", in: second)).status == 303)
            let again = try await first.post("/dashboard", generate)
            #expect(again.status == 409 && again.body.contains("The token has changed"))
            #expect(try await seed.store.account(number: account.id.number)?.token == nil)
            #expect(try await first.post("/dashboard", form("generate", in: first)).status == 200)
        }
    }

    @Test func `an owner disables a service account, and only an administrator enables it`() async throws {
        try await run { server, seed in
            let owner = try await seed.account()
            let id = try await seed.service("stopped-\(owner.id.number)@example.com", owner: owner.id)
            func status() async throws -> Account.Status? { try await seed.store.account(number: id.number)?.status }
            let path = "/service-accounts/\(id)"
            let browser = WebClient(server)
            try await browser.logIn(owner.email)
            #expect(try await browser.get(path).body.contains("value=\"password\""))
            #expect(try await browser.post(path, [("action", "disable")])["location"] == path)
            #expect(try await status() == .disabled)
            let page = try await browser.get(path).body
            #expect(!page.contains(#/value="(enable|disable|password|generate)"/#))
            #expect(try await browser.post(path, [("action", "enable")]).status == 403)
            // A new password would sign in as soon as it is enabled.
            #expect(try await browser.post(path, [("action", "password"), ("version", "1")]).status == 403)
            #expect(try await seed.store.account(number: id.number)?.passwordVersion == 1)
            #expect(try await status() == .disabled)
            let admin = WebClient(server)
            try await admin.logIn(seed.account(role: .admin).email)
            _ = try await admin.get("/admin/accounts/\(id)")
            #expect(try await admin.post("/admin/accounts/\(id)", [("action", "enable")]).status == 303)
            #expect(try await status() == .active)
        }
    }
}
