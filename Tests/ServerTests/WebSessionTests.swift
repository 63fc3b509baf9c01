import Auth
import SQLiteStorage
import Testing

@testable import Server

/// Logging in, forms and what a session may: a browser's side of `/login` and behind it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct WebSessionTests {
    private func run(
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        limiter: AttemptLimiter? = nil,
        _ body: @escaping @Sendable (LiveServer, SeededStore) async throws -> Void
    ) async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed, limiter: limiter, configure) { server in try await body(server, seed) }
    }

    @Test func `logging in begins a session and neither makes nor ends a token`() async throws {
        try await run { server, seed in
            let account = try await seed.signedIn()
            let browser = WebClient(server)
            #expect(try await browser.get("/dashboard")["location"] == "/login")
            let entered = try await browser.logIn(account.email)
            #expect(entered.status == 303 && entered["location"] == "/dashboard")
            let cookie = try #require(entered.fields.first { $0.lowercased().hasPrefix("set-cookie: latchkey=") })
            #expect(cookie.contains(#/=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/#))
            let page = try await browser.get("/dashboard")
            #expect(page.status == 200 && page.body.contains(account.email))
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 200)
            #expect(try await browser.post("/logout", [])["location"] == "/login?ended=1")
            #expect(try await browser.get("/dashboard")["location"] == "/login")
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 200)
            #expect(try await seed.store.account(number: account.id.number)?.generation == 1)
        }
    }

    @Test func `whatever is wrong with credentials, the page says the same`() async throws {
        try await run { server, seed in
            let account = try await seed.account()
            let disabled = try await seed.account()
            try await seed.disable(disabled.id)
            let without = try await seed.account(hasPassword: false)
            var pages: Set<String> = []
            for (email, password) in [
                (account.email, "wrong"), ("nobody@example.com", SeededStore.password),
                (disabled.email, SeededStore.password), (without.email, SeededStore.password),
            ] {
                let browser = WebClient(server)
                let answer = try await browser.logIn(email, password)
                #expect(answer.status == 400)
                #expect(browser.cookies["latchkey"] == nil)
                pages.insert(
                    answer.body.replacing(email, with: "").replacing(#/[0-9a-f]{64}/#, with: "")
                        .replacing(#/nonce="[^"]*"/#, with: "")
                )
            }
            #expect(pages.count == 1)
            #expect(pages.first?.contains("We didn’t find an account with those login credentials") == true)
        }
    }

    @Test func `a session that was there before logging in is not adopted`() async throws {
        try await run { server, seed in
            let account = try await seed.account()
            let planted = String(repeating: "ab", count: 32)
            let browser = WebClient(server)
            browser.plant("latchkey", planted)
            browser.plant("latchkey-form", planted)
            #expect(try await browser.get("/dashboard").status == 303)
            browser.plant("latchkey", planted)
            #expect(try await browser.logIn(account.email).status == 303)
            let session = try #require(browser.cookies["latchkey"])
            #expect(session != planted)
            let attacker = WebClient(server)
            attacker.plant("latchkey", planted)
            #expect(try await attacker.get("/dashboard").status == 303)
            #expect(try await browser.post("/logout", [], token: "").status == 403)
        }
    }

    @Test func `logging in anew ends the session that the browser had, and no other`() async throws {
        try await run { server, seed in
            let (first, second) = (try await seed.account(), try await seed.account())
            let (browser, elsewhere) = (WebClient(server), WebClient(server))
            for browser in [browser, elsewhere] { try await browser.logIn(first.email) }
            let old = try #require(browser.cookies["latchkey"])
            #expect(try await browser.get("/login")["location"] == "/dashboard")
            // A login page that was open since before.
            let late = WebClient(server)
            _ = try await late.get("/login")
            late.plant("latchkey", old)
            let form = [("email", second.email), ("password", SeededStore.password)]
            #expect(try await late.post("/login", form + [("next", "/account")]).status == 303)
            #expect(try await late.get("/account").body.contains(second.email))
            #expect(try await browser.get("/account").status == 303)
            #expect(try await elsewhere.get("/account").status == 200)
            // An invitation that is accepted begins a session too.
            let secret = try await seed.people(seed.hasher, seed.authority).invitations.invite(first.id, by: .test)
            let session = try #require(late.cookies["latchkey"])
            _ = try await late.get("/invitation/\(secret.text)")
            let words = "another one that is long"
            let chosen = try await late.post("/invitation/\(secret.text)", [("password", words), ("again", words)])
            #expect(chosen["location"] == "/dashboard")
            let thief = WebClient(server)
            thief.plant("latchkey", session)
            #expect(try await thief.get("/account").status == 303)
        }
    }

    @Test func `a form counts only from its own page`() async throws {
        try await run { server, seed in
            let account = try await seed.signedIn()
            let (browser, other) = (WebClient(server), WebClient(server))
            try await browser.logIn(account.email)
            try await other.logIn(seed.signedIn().email)
            _ = try await other.get("/dashboard")
            _ = try await browser.get("/dashboard")
            let form = [("action", "revoke"), ("generation", "1")]
            for token in ["", "x", other.formToken, String(repeating: "0", count: 64)] {
                #expect(try await browser.post("/dashboard", form, token: token).status == 403)
            }
            for field in [
                "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: none",
                "Origin: https://evil.example", "Origin: http://127.0.0.1.evil.example",
            ] {
                browser.fields = [field]
                #expect(try await browser.post("/dashboard", form).status == 403, "\(field)")
            }
            browser.fields = []
            // What another site can have a browser send without asking us first (Fetch, "simple" requests).
            for type in ["text/plain", "multipart/form-data; boundary=x"] {
                #expect(try await browser.post("/dashboard", form, type: type).status == 415)
            }
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 200)
            browser.fields = ["Origin: null", "Sec-Fetch-Site: same-origin"]
            #expect(try await browser.post("/dashboard", form).status == 303)
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 401)
            // Forms of those who are not logged in.
            let anybody = WebClient(server)
            _ = try await anybody.get("/login")
            let login = [("email", account.email), ("password", SeededStore.password)]
            #expect(try await anybody.post("/login", login, token: "").status == 403)
            #expect(anybody.cookies["latchkey"] == nil)
        }
    }

    @Test func `a button pressed twice makes one token`() async throws {
        try await run { server, seed in
            let account = try await seed.account()
            let browser = WebClient(server)
            try await browser.logIn(account.email)
            _ = try await browser.get("/dashboard")
            let form = [("action", "generate"), ("generation", "0")]
            let made = try await browser.post("/dashboard", form)
            #expect(made.status == 200 && made["cache-control"] == "no-store")
            let token = try #require(made.body.firstMatch(of: #/>(bus\|\d{13}x\d{18}\|\d{13}x\d{18})</#)).1
            #expect(try await browser.post("/dashboard", form).status == 409)
            #expect(try await server.get("/api-token-status", .bearer(String(token))).status == 200)
        }
    }

    @Test func `without TLS there is a form on this machine alone`() async throws {
        try await run { server, seed in
            let account = try await seed.account()
            for (host, fields) in [
                ("tokens.example.com", []), ("127.0.0.1", ["X-Forwarded-For: 192.0.2.1"]),
                ("127.0.0.1", ["X-Forwarded-Proto: https"]), ("localhost.example.com", []),
            ] as [(String, [String])] {
                let browser = WebClient(server)
                browser.host = host
                browser.fields = fields
                let page = try await browser.get("/login")
                #expect(
                    page.status == 403 && page.body.contains("needs TLS") && !page.body.contains("<form"),
                    "\(host)"
                )
                #expect(browser.cookies.isEmpty)
                #expect(try await browser.logIn(account.email).status == 403)
                #expect(try await browser.get("/dashboard")["location"] == "/login")
            }
        }
    }

    @Test func `behind a trusted proxy with TLS the cookie is bound to the host`() async throws {
        try await run {
            $0.trustedProxies = TrustedProxies([AddressRange("127.0.0.1")].compactMap(\.self))
        } _: { server, seed in
            let account = try await seed.account()
            let browser = WebClient(server)
            browser.host = "tokens.example.com"
            browser.fields = ["X-Forwarded-Proto: http, https", "X-Forwarded-For: 192.0.2.1"]
            let entered = try await browser.logIn(account.email)
            let cookie = try #require(entered.fields.first { $0.contains("__Host-latchkey=") })
            #expect(cookie.contains(#/; Path=\/; HttpOnly; SameSite=Strict; Secure$/#))
            #expect(try await browser.get("/account").body.contains("192.0.2.1"))
            browser.fields = ["X-Forwarded-Proto: https, http"]
            #expect(try await browser.get("/login").status == 403)
        }
    }

    @Test func `failed logins are throttled as the API's are, and tokens go on`() async throws {
        let seed = try await SeededStore.shared.value
        let limiter = AttemptLimiter(store: seed.store, keys: seed.keys.throttling)
        try await run(limiter: limiter) { server, seed in
            let account = try await seed.signedIn()
            let browser = WebClient(server)
            #expect(try await browser.logIn(account.email, "wrong").status == 400)
            // At the eleventh failure within a quarter of an hour at the latest, however slow the machine.
            var refused: WireAnswer?
            for _ in 0..<20 where refused == nil {
                let answer = try await browser.logIn(account.email, "wrong")
                if answer.status == 429 { refused = answer }
            }
            #expect(refused?["retry-after"] != nil)
            #expect(refused?.body.contains("Too many attempts") == true)
            #expect(browser.cookies["latchkey"] == nil)
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 200)
        }
    }

    @Test func `nobody sees or does what is another's`() async throws {
        try await run { server, seed in
            let service = try await seed.signedInService(scopes: "a")
            let stranger = WebClient(server)
            try await stranger.logIn(seed.account().email)
            let path = "/service-accounts/\(service.id)"
            #expect(try await stranger.get(path).status == 404)
            _ = try await stranger.get("/dashboard")
            for action in ["generate", "revoke", "password", "disable"] {
                let form = [("action", action), ("generation", "1"), ("version", "1")]
                #expect(try await stranger.post(path, form).status == 404)
            }
            for page in ["/admin", "/admin/accounts", "/admin/accounts/new", "/admin/accounts/\(service.id)"] {
                #expect(try await stranger.get(page).status == 403, "\(page)")
                #expect(try await stranger.post(page, [("action", "disable")]).status == 403, "\(page)")
            }
            #expect(try await stranger.get("/activity?account=\(service.id)").body.contains(service.email) == false)
            #expect(try await server.get("/api-token-status", .bearer(service.token)).status == 200)
            // Programs do not log in, and a session is no credential of the API.
            let program = WebClient(server)
            #expect(try await program.logIn(service.email).status == 403)
            let cookie = "Cookie: latchkey=\(try #require(stranger.cookies["latchkey"]))"
            #expect(try await server.get("/api-token-status", [cookie]).status == 401)
        }
    }

    @Test func `a password that is changed elsewhere ends the session, and so does disabling`() async throws {
        try await run { server, seed in
            for step in 0..<2 {
                let account = try await seed.account()
                let browser = WebClient(server)
                try await browser.logIn(account.email)
                #expect(try await browser.get("/account").status == 200)
                if step == 0 {
                    let phc = try await seed.hasher.hash(Password("another one that is long"))
                    try await seed.setPassword(phc, of: account.id)
                } else {
                    try await seed.disable(account.id)
                }
                #expect(try await browser.get("/account").status == 303)
                #expect(browser.cookies["latchkey"] == nil)
            }
        }
    }

    @Test func `who asked for a token before the password was set anew gets none`() async throws {
        let seed = try await SeededStore.shared.value
        let (id, email) = try await seed.account()
        let asRead = try #require(try await seed.store.account(number: id.number))
        try await seed.setPassword(try await seed.hasher.hash(Password("another one that is long")), of: id)
        #expect(try await seed.authority.generateAsOperator(for: asRead, by: .test) == nil)
        #expect(try await seed.store.account(EmailAddress(email))?.token == nil)
        let asIs = try #require(try await seed.store.account(number: id.number))
        #expect(try await seed.authority.generateAsOperator(for: asIs, by: .test) != nil)
    }

    @Test func `the last use of a token is told, and asks before it is replaced`() async throws {
        try await run { server, seed in
            let account = try await seed.signedIn()
            _ = try await server.get("/api-token-status", .bearer(account.token) + ["User-Agent: nightly/2"])
            try await seed.waitUntilUsed(account.id)
            let browser = WebClient(server)
            try await browser.logIn(account.email)
            #expect(try await browser.get("/dashboard").body.contains("nightly/2"))
            let asked = try await browser.post("/dashboard", [("action", "generate"), ("generation", "1")])
            #expect(asked.status == 200 && asked.body.contains("Replace a token that is in use?"))
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 200)
            let form = [("action", "generate"), ("generation", "1"), ("sure", "yes")]
            #expect(try await browser.post("/dashboard", form).body.contains("bus|"))
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 401)
        }
    }

    @Test(arguments: [
        ("/x", "/dashboard"), ("//evil.example", "/dashboard"), ("https://evil.example", "/dashboard"),
        ("/activity", "/activity"), ("/login", "/dashboard"), ("/admin/accounts", "/admin/accounts"),
        ("/activity\\@evil.example", "/dashboard"), ("", "/dashboard"), ("/health/alive", "/dashboard"),
    ])
    func `after logging in one goes on to a page of ours`(next: String, expected: String) async throws {
        let seed = try await SeededStore.shared.value
        let door = WebDoor(
            pages: Pages(),
            sessions: seed.people(seed.hasher, seed.authority).sessions,
            transports: TransportRules(ServerConfiguration()),
            siteMap: SiteMap(basePath: ""),
            limits: EdgeLimits()
        )
        #expect(door.next(next) == expected)
    }

    @Test func `days are read as calendars write them`() {
        #expect(Timestamp(day: "1970-01-01")?.milliseconds == 0)
        #expect(Timestamp(day: "2026-11-22")?.description == "2026-11-22T00:00:00.000Z")
        #expect(Timestamp(day: "2024-02-29")?.description == "2024-02-29T00:00:00.000Z")
        for text in ["", "2026-13-01", "2026-1-1", "26-11-22", "2026-11-2x", "-026-11-22", "2026-11-22 "] {
            #expect(Timestamp(day: text) == nil, "\(text)")
        }
    }
}
