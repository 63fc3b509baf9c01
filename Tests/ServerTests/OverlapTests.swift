import Auth
import Logging
import SQLiteStorage
import Testing

@testable import Server

/// The token before the live one, while its account lets it pass.
@Suite(.timeLimit(.minutes(5)))
struct OverlapTests {
    @Test func `the guard lets the token before pass, with its own end as its expiry, and its use is recorded`()
        async throws
    {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        _ = try await seed.store.setOverlap(of: account.id, to: 600, audit: AuditDraft(.overlapChanged, by: .test))
        let newer = try await seed.authority.generateAsOperator(for: EmailAddress(account.email), by: .test)
        try await LiveServer.run(seed) { server in
            let old = try await server.answer(
                "PUT",
                "/guard/auth-request",
                .bearer(account.token) + ["User-Agent: job/1"]
            )
            #expect(old.status == 200)
            let expiry = try #require(old["x-latchkey-expires"].flatMap { Int64($0) })
            #expect(expiry == (try await seed.store.account(number: account.id.number))?.previousToken?.until.seconds)
            let new = try await server.answer("GET", "/guard/auth-request", .bearer(String(newer.token.text)))
            #expect(new.status == 200)
            #expect(new["x-latchkey-user"] == old["x-latchkey-user"])
        }
        // The server records what is left when it stops.
        let previous = try #require(try await seed.store.account(number: account.id.number)?.previousToken)
        #expect(previous.lastUse?.source == RequestSource(address: IPAddress("127.0.0.1"), agent: "job/1"))
        let events = try await seed.store.auditEvents(of: account.id, after: 0, limit: 10)
        #expect(events.last?.draft.kind == .previousTokenUsed)
    }

    @Test(arguments: [false, true])
    func `revoking either of the two ends both`(_ revokesOld: Bool) async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        _ = try await seed.store.setOverlap(of: account.id, to: 600, audit: AuditDraft(.overlapChanged, by: .test))
        let newer = try await seed.authority.generateAsOperator(for: EmailAddress(account.email), by: .test)
        let tokens = [account.token, String(newer.token.text)]
        try await LiveServer.run(seed) { server async throws in
            #expect(try await server.post("/api-token-revoke", .bearer(tokens[revokesOld ? 0 : 1])).status == 200)
            for token in tokens {
                #expect(try await server.get("/api-token-status", .bearer(token)).status == 401)
            }
        }
    }

    @Test func `what is kept of uses is bounded`() {
        var uses = PreviousTokenUses()
        for number in 0..<(PreviousTokenUses.limit + 10) {
            guard let id = AccountID(createdAt: Timestamp(milliseconds: 0), number: Int64(number)),
                let digest = [UInt8](repeating: 0, count: 32).withUnsafeBytes({ TokenDigest($0) })
            else { continue }
            let now = Timestamp(milliseconds: 1)
            let token = LiveToken(
                account: id,
                email: "a@b",
                type: .user,
                role: .member,
                scopes: "",
                digest: digest,
                keyID: 1,
                issuedAt: now,
                expiresAt: now,
                isPrevious: true
            )
            uses.note(token, at: now, RequestSource(address: nil, agent: ""))
        }
        #expect(uses.take().count == PreviousTokenUses.limit)
        #expect(uses.take().isEmpty)
    }

    @Test func `uses that the store cannot take are kept for the next time, and no more than so many`() async throws {
        struct Outage: Error {}
        let id = try #require(AccountID(createdAt: Timestamp(milliseconds: 0), number: 1))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var uses = (0..<TokenUseRecorder.kept + 10).map { number in
            let time = Timestamp(milliseconds: Int64(number))
            return TokenUse(account: id, issuedAt: time, at: time, source: RequestSource(address: nil, agent: ""))
        }
        await TokenUseRecorder.write(&uses, logger) { _ in throw Outage() }
        #expect(uses.count == TokenUseRecorder.kept)
        #expect(uses.first?.at == Timestamp(milliseconds: 10))
        var taken = 0
        await TokenUseRecorder.write(&uses, logger) { taken = $0.count }
        #expect(taken == TokenUseRecorder.kept)
        #expect(uses.isEmpty)
    }
}
