import Crypto
import Testing

@testable import Auth

@Suite(.timeLimit(.minutes(5)))
struct PasswordHasherTests {
    @Test func `passwords are hashed in the order they came`() async throws {
        let bench = HashingBench(threads: 1)
        var tasks: [Task<String, any Error>] = []
        for number in 0..<6 {
            tasks.append(bench.hash("\(number)"))
            await bench.wait { $0.running == 1 && $0.waiting == number }
        }
        bench.gate.open()
        for (number, task) in tasks.enumerated() { #expect(try await task.value == "\(number)") }
        #expect(bench.hashed == ["0", "1", "2", "3", "4", "5"])
    }

    @Test func `a full queue refuses at once, and what it refuses is never hashed`() async throws {
        let bench = HashingBench(threads: 2, capacity: 3)
        var tasks: [Task<String, any Error>] = []
        for number in 0..<5 {
            tasks.append(bench.hash("\(number)"))
            await bench.wait { $0.running + $0.waiting == number + 1 }
        }
        for _ in 0..<10 {
            await #expect(throws: AuthError.overloaded(retryAfterSeconds: 2)) {
                try await bench.hasher.hash(try Password("late"))
            }
        }
        #expect(bench.hasher.load.refused == 10)
        bench.gate.open()
        for task in tasks { _ = try await task.value }
        #expect(!bench.hashed.contains("late"))
        #expect(bench.hasher.load.finished == 5)
    }

    @Test func `who waited past the deadline is refused and never hashed`() async throws {
        let bench = HashingBench(threads: 1)
        let first = bench.hash("first")
        await bench.wait { $0.running == 1 }
        let late = [bench.hash("late"), bench.hash("late")]
        await bench.wait { $0.waiting == 2 }
        bench.advance(by: .seconds(2))
        let inTime = bench.hash("in time")
        await bench.wait { $0.waiting == 3 }
        bench.advance(by: .milliseconds(1))
        bench.gate.open()
        #expect(try await first.value == "first")
        #expect(try await inTime.value == "in time")
        for task in late {
            await #expect(throws: AuthError.overloaded(retryAfterSeconds: 2)) { try await task.value }
        }
        #expect(bench.hashed == ["first", "in time"])
        #expect(bench.hasher.load.expired == 2)
    }

    @Test func `who waited past the deadline takes no room from who comes later`() async throws {
        let bench = HashingBench(threads: 1, capacity: 1)
        let first = bench.hash("first")
        await bench.wait { $0.running == 1 }
        let late = bench.hash("late")
        await bench.wait { $0.waiting == 1 }
        bench.advance(by: .seconds(3))
        let next = bench.hash("next")
        await bench.wait { $0.expired + $0.refused == 1 }
        bench.gate.open()
        await #expect(throws: AuthError.overloaded(retryAfterSeconds: 2)) { try await late.value }
        #expect(try await first.value == "first")
        #expect(try await next.value == "next")
    }

    @Test func `a caller who gives up leaves the queue at once`() async throws {
        let bench = HashingBench(threads: 1, capacity: 1)
        let first = bench.hash("first")
        await bench.wait { $0.running == 1 }
        let gone = bench.hash("gone")
        await bench.wait { $0.waiting == 1 }
        gone.cancel()
        await #expect(throws: AuthError.self) { try await gone.value }
        #expect(bench.hasher.load.waiting == 0)
        #expect(bench.hasher.load.cancelled == 1)
        let next = bench.hash("next")
        await bench.wait { $0.waiting == 1 }
        bench.gate.open()
        #expect(try await first.value == "first")
        #expect(try await next.value == "next")
        #expect(bench.hashed == ["first", "next"])
    }

    @Test func `a task cancelled before it asks is not hashed`() async throws {
        let bench = HashingBench(threads: 1)
        bench.gate.open()
        let started = Gate()
        let task = Task.detached {
            started.pass()
            return try await bench.hasher.hash(try Password("gone"))
        }
        task.cancel()
        started.open()
        await #expect(throws: AuthError.self) { try await task.value }
        #expect(bench.hashed.isEmpty)
    }

    @Test func `a running hash is never interrupted`() async throws {
        let bench = HashingBench(threads: 1)
        let task = bench.hash("running")
        await bench.wait { $0.running == 1 }
        task.cancel()
        bench.gate.open()
        #expect(try await task.value == "running")
        #expect(bench.hasher.load.cancelled == 0)
    }

    @Test func `stopping refuses who waits, lets running hashes finish and ends the threads`() async throws {
        let bench = HashingBench(threads: 2)
        let running = [bench.hash("a"), bench.hash("b")]
        await bench.wait { $0.running == 2 }
        let waiting = [bench.hash("c"), bench.hash("d")]
        await bench.wait { $0.waiting == 2 }
        let hasher = bench.hasher
        let runningWhenStopped = Task.detached {
            hasher.stop()
            return hasher.load.running
        }
        for task in waiting {
            await #expect(throws: AuthError.overloaded(retryAfterSeconds: 2)) { try await task.value }
        }
        await #expect(throws: AuthError.self) { try await hasher.hash(try Password("e")) }
        #expect(hasher.load.running == 2)
        bench.gate.open()
        #expect(await runningWhenStopped.value == 0)
        for task in running { #expect(["a", "b"].contains(try await task.value)) }
        hasher.stop()
        #expect(Set(bench.hashed) == ["a", "b"])
        #expect(bench.hashed.count == 2)
        await #expect(throws: AuthError.self) { try await hasher.verify(try Password("f"), against: nil) }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `each caller is answered exactly once while callers give up, time passes and the hasher stops`(seed: UInt64)
        async throws
    {
        let bench = HashingBench(threads: 3, capacity: 20)
        bench.gate.open()
        let hasher = bench.hasher
        // A second answer to a continuation traps, a missing one never ends the group.
        let answers = await withTaskGroup(of: Int.self) { group in
            var generator = SeededGenerator(seed: seed)
            for number in 0..<200 {
                let givesUp = Bool.random(using: &generator)
                group.addTask {
                    let task = Task { try await hasher.hash(try Password("\(number)")) }
                    if givesUp { task.cancel() }
                    _ = await task.result
                    return 1
                }
                if number == 120 { bench.advance(by: .seconds(3)) }
                if number == 150 {
                    group.addTask {
                        hasher.stop()
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(answers == 200)
        let load = hasher.load
        #expect(load.waiting == 0)
        #expect(load.running == 0)
        #expect(load.finished + load.refused + load.expired + load.cancelled == 200)
        #expect(load.finished == bench.hashed.count)
    }

    @Test func `with every slot held, tokens are judged and other tasks run`() async throws {
        let bench = HashingBench(threads: 3)
        let held = (0..<20).map { bench.hash("\($0)") }
        await bench.wait { $0.running == 3 && $0.waiting == 17 }
        let keys = TokenKeys(try #require(PurposeKeys(current: 1, all: [1: SymmetricKey(size: .bits256)])))
        let token = try #require(BearerToken("bus|4242424242424x424242424242424242|4343434343434x434343434343434343"))
        let row = LiveToken(
            account: token.account,
            email: "a@b",
            type: .user,
            role: .member,
            scopes: "",
            digest: keys.digest(token).digest,
            keyID: 1,
            issuedAt: Timestamp(milliseconds: 0),
            expiresAt: Timestamp(milliseconds: 2)
        )
        let lives = await withTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    if case .live = keys.judge(token, .found(row, now: Timestamp(milliseconds: 1))) { 1 } else { 0 }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(lives == 100)
        #expect(bench.hashed.isEmpty)
        bench.gate.open()
        for task in held { _ = try await task.value }
    }

    @Test func `a hasher nobody holds ends its threads without being stopped`() async throws {
        weak var queue: HashingQueue?
        do {
            let held = HashingQueue(threads: 2, capacity: 1, deadline: .seconds(2), now: { .now })
            queue = held
            let hasher = PasswordHasher(
                queue: held,
                hash: { .success($0.text) },
                check: { _, _ in .success(.mismatch) }
            )
            #expect(try await hasher.hash(try Password("a")) == "a")
        }
        while queue != nil, !Task.isCancelled { await Task.yield() }
    }

    @Test func `the real hasher checks, refuses and hashes anew`() async throws {
        let hasher = try PasswordHasher(
            parameters: try PasswordHashParameters(memoryKiB: 19_456, iterations: 3),
            threads: 2,
            deadline: .seconds(60)
        )
        let password = try Password("correct horse")
        let phc = try await hasher.hash(password)
        #expect(phc.hasPrefix("$argon2id$v=19$m=19456,t=3,p=1$"))
        #expect(try await hasher.verify(password, against: phc) == .match(rehash: nil))
        #expect(try await hasher.verify(try Password("wrong horse"), against: phc) == .mismatch)
        #expect(try await hasher.verify(password, against: nil) == .mismatch)
        let old = try PasswordHash(of: password, .floor).text
        guard case .match(let rehash?) = try await hasher.verify(password, against: old) else {
            Issue.record("an older hash was not replaced")
            return
        }
        #expect(try await hasher.verify(password, against: rehash) == .match(rehash: nil))
        hasher.stop()
        #expect(hasher.load.finished == 6)
    }
}
