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
            let made = try await post(seed.account(hasPassword: false).id)
            #expect(made.status == 200 && made.body.contains("/invitation/"))
        }
    }
}
