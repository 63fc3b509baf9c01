import Testing

@testable import Auth

/// A flood of sign-ins slows sign-ins, not verification.
@Suite(.timeLimit(.minutes(5)))
struct OverloadTests {
    @Test func `verification is answered while every hash slot is held`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        let held = HeldHasher(queue: 4)
        try await LiveServer.run(seed, hasher: held.hasher) { server in
            defer { held.letGo() }
            try await withThrowingTaskGroup(of: Int.self) { signIns in
                for _ in 0..<5 {
                    signIns.addTask { try await server.get("/api-basic-auth", .basic("a@b:c")).status }
                }
                await held.isFull(waiting: 4)
                #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 200)
                #expect(try await server.post("/api-token-status", .bearer(account.token)).status == 200)
                #expect(try await server.post("/api-token-revoke", .bearer(account.token)).status == 200)
                #expect(try await server.answer("GET", "/health/ready").status == 200)
                #expect(held.hasher.load.finished == 0, "no sign-in was answered before")
                held.letGo()
                for try await status in signIns { #expect(status == 400) }
            }
        }
    }

    @Test func `a sign-in that finds the queue full is 503 before it costs a hash`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        let held = HeldHasher(queue: 1)
        try await LiveServer.run(seed, hasher: held.hasher) { server in
            defer { held.letGo() }
            try await withThrowingTaskGroup(of: Int.self) { signIns in
                for _ in 0..<2 {
                    signIns.addTask { try await server.get("/api-basic-auth", .basic("a@b:c")).status }
                }
                await held.isFull(waiting: 1)
                for email in [account.email, "nobody@example.com", "no address"] {
                    let answer = try await server.get("/api-basic-auth", .basic("\(email):c"))
                    #expect(answer.status == 503)
                    #expect(answer.reason == "UNAVAILABLE")
                    #expect(answer["retry-after"].flatMap { Int($0) }.map { $0 > 0 } == true)
                }
                #expect(held.hasher.load.refused == 3)
                #expect(held.hasher.load.finished == 0)
                held.letGo()
                for try await status in signIns { #expect(status == 400) }
            }
        }
    }
}
