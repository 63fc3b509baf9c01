import Auth
import SQLiteStorage
import Testing

@testable import Server

/// What a client sees of throttling; its rules are tested with the stores.
@Suite(.timeLimit(.minutes(5)))
struct ThrottlingTests {
    /// As many failures as close an account for a quarter of an hour.
    private func spend(_ email: String, _ seed: SeededStore) async throws {
        let memory = AttemptMemory(
            windowSeconds: 900,
            failuresSeconds: 86_400,
            sourceSeconds: 60,
            sourcesPerAccount: 1,
            keys: 1000
        )
        for _ in 0..<10 { _ = try await seed.store.recordFailure(seed.keys.throttling.account(email), memory) }
    }

    @Test func `a throttled sign-in is 429, costs no hash and says nothing of the account`() async throws {
        let seed = try await SeededStore.shared.value
        let known = try await seed.account()
        let passwordless = try await seed.account(hasPassword: false)
        let disabled = try await seed.account()
        try await seed.disable(disabled.id)
        let emails = [known.email, passwordless.email, disabled.email, "nobody-\(known.id.number)@example.com"]
        for email in emails { try await spend(email, seed) }
        let hasher = try PasswordHasher(threads: 1)
        let limiter = AttemptLimiter(store: seed.store, keys: seed.keys.throttling)
        let answers = try await LiveServer.run(seed, hasher: hasher, limiter: limiter) { server in
            var answers: [WireAnswer] = []
            for email in emails {
                answers.append(try await server.get("/api-basic-auth", .basic("\(email):\(SeededStore.password)")))
                let body = #"{"email":"\#(email)","password":"another"}"#
                let fields = ["Content-Type: application/json"]
                answers.append(try await server.post("/api-token-generate", fields, body: body))
            }
            return answers
        }
        for answer in answers {
            #expect(answer.status == 429)
            #expect(
                answer.body == """
                    {"statusCode":429,"reason":"TOO_MANY_ATTEMPTS",\
                    "message":"Too many attempts have failed; try again later"}
                    """
            )
            let seconds = answer["retry-after"].flatMap { Int($0) } ?? 0
            #expect(1...900 ~= seconds)
            #expect(answer["cache-control"] == "no-store")
        }
        #expect(hasher.load.finished == 0)
        #expect(limiter.counts.refused[ThrottleReason.account.rawValue] == answers.count)
    }

    @Test func `a throttled grant of client credentials is 429, and may be asked for again`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        try await spend(account.email, seed)
        let limiter = AttemptLimiter(store: seed.store, keys: seed.keys.throttling)
        let answer = try await LiveServer.run(seed, limiter: limiter) { server in
            let form =
                "grant_type=client_credentials&client_id=\(account.email)&client_secret=\(SeededStore.password)"
            let fields = ["Content-Type: application/x-www-form-urlencoded"]
            return try await server.answer("POST", "/oauth2/token", fields, body: Array(form.utf8))
        }
        #expect(answer.status == 429)
        #expect(answer.body.hasPrefix(#"{"error":"temporarily_unavailable","error_description":"Too many"#))
        #expect(answer["retry-after"].flatMap { Int($0) } ?? 0 > 0)
    }

    @Test func `a throttled account's token lives on, and so do status and revocation`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        try await spend(account.email, seed)
        let limiter = AttemptLimiter(store: seed.store, keys: seed.keys.throttling)
        try await LiveServer.run(seed, limiter: limiter) { server in
            let refused = try await server.get("/api-basic-auth", .basic("\(account.email):\(SeededStore.password)"))
            #expect(refused.status == 429)
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 200)
            #expect(try await server.post("/api-token-status", .bearer(account.token)).status == 200)
            #expect(try await server.post("/api-token-revoke", .bearer(account.token)).status == 200)
        }
        // An operator is never throttled.
        let limited = seed.authority(seed.hasher, limiter)
        _ = try await limited.generateAsOperator(for: EmailAddress(account.email), by: .test)
    }

    @Test func `a wrong password is counted, an overload is not, and the metrics tell`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        try await spend(account.email, seed)
        let limiter = AttemptLimiter(store: seed.store, keys: seed.keys.throttling)
        let stopped = try PasswordHasher(threads: 1)
        stopped.stop()
        try await LiveServer.run(seed, hasher: stopped, limiter: limiter) { server in
            let answer = try await server.get("/api-basic-auth", .basic("x@example.com:y"))
            #expect(answer.status == 503)
        }
        let text = try await LiveServer.run(seed, limiter: limiter) {
            $0.metricsPort = 0
        } _: { server in
            #expect(
                try await server.get("/api-basic-auth", .basic("x-\(account.id.number)@example.com:y")).status == 400
            )
            #expect(try await server.get("/api-basic-auth", .basic("\(account.email):y")).status == 429)
            return try await server.answer("GET", "/metrics", port: server.metricsPort).body
        }
        #expect(text.contains("\nlatchkey_sign_in_failures_total 1\n"))
        #expect(text.contains("\nlatchkey_sign_ins_throttled_total{reason=\"account\"} 1\n"))
        #expect(text.contains("\nlatchkey_sign_ins_throttled_total{reason=\"locked\"} 0\n"))
        #expect(text.contains("\nlatchkey_throttling_addresses 1\n"))
    }

    @Test func `wrong credentials count against any name, and nothing else does`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        let unknown = "unknown-\(account.id.number)@example.com"
        let limiter = AttemptLimiter(store: seed.store, keys: seed.keys.throttling)
        let stopped = try PasswordHasher(threads: 1)
        stopped.stop()
        let source = RequestSource(address: nil, agent: "")
        func signIn(_ email: String, _ password: String, _ hasher: PasswordHasher) async throws(AuthError) {
            let authority = seed.authority(hasher, limiter)
            _ = try await authority.generate(email: email, password: Password(password), source: source)
        }
        func failures(_ email: String) async throws -> Int64? {
            try await limiter.states(of: [EmailAddress(email)]).first?.failures
        }
        await #expect(throws: AuthError.self) { try await signIn(account.email, "wrong", stopped) }
        #expect(try await failures(account.email) == 0)
        try await signIn(account.email, SeededStore.password, seed.hasher)
        #expect(try await failures(account.email) == 0)
        for email in [account.email, unknown] {
            await #expect(throws: AuthError.invalidCredentials) { try await signIn(email, "wrong", seed.hasher) }
        }
        // From where the account has just succeeded it counts apart, and that source's count is no part of its state.
        #expect(try await failures(unknown) == 1)
    }

    @Test func `failed sign-ins are counted without throttling too`() async throws {
        let seed = try await SeededStore.shared.value
        let text = try await LiveServer.run(seed) {
            $0.metricsPort = 0
        } _: { server in
            #expect(try await server.get("/api-basic-auth", .basic("nobody@example.com:y")).status == 400)
            return try await server.answer("GET", "/metrics", port: server.metricsPort).body
        }
        #expect(text.contains("\nlatchkey_sign_in_failures_total 1\n"))
        #expect(!text.contains("latchkey_sign_ins_throttled_total"))
    }
}
