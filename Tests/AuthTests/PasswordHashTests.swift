import CSodium
import Testing

@testable import Auth

struct PasswordHashTests {
    /// As cheap as argon2 gets, for what does not depend on the cost.
    let cheap = PasswordHashParameters(uncheckedMemoryKiB: 8, iterations: 1)

    init() {
        #expect(sodium_init() >= 0)
    }

    @Test func `a hash is an argon2id PHC string of the parameters asked for`() throws {
        let hash = try PasswordHash(of: try Password("correct horse"), .floor)
        #expect(hash.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try PasswordHash(stored: hash.text).parameters == .floor)
        #expect(try hash.matches(try Password("correct horse")))
        #expect(try !hash.matches(try Password("correct horsf")))
        #expect(try PasswordHash(of: try Password("correct horse"), .floor).text != hash.text)
    }

    @Test func `all 1,024 bytes count, and NUL ends nothing`() throws {
        let text = String(repeating: "a", count: 1023)
        let hash = try PasswordHash(of: try Password(text + "b"), cheap)
        #expect(try hash.matches(try Password(text + "b")))
        #expect(try !hash.matches(try Password(text + "c")))
        #expect(try !hash.matches(try Password(text)))
        let withNUL = try PasswordHash(of: try Password("a\u{0}b"), cheap)
        #expect(try !withNUL.matches(try Password("a")))
        #expect(try !withNUL.matches(try Password("a\u{0}c")))
        #expect(try !withNUL.matches(try Password("")))
    }

    @Test func `a hash made by the reference implementation verifies`() throws {
        // echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e
        let stored = try PasswordHash(
            stored: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        )
        #expect(try stored.matches(try Password("password")))
        #expect(try !stored.matches(try Password("Password")))
    }

    @Test(arguments: [
        "", "secret", "$2b$12$abcdefghijklmnopqrstuv",
        "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=1048577,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=17,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=2,p=2$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc\u{0}",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMa",
    ])
    func `a stored hash of another kind, or too costly, is refused before it is computed`(text: String) {
        #expect(throws: AuthError.self) { try PasswordHash(stored: text) }
    }

    @Test func `the floor and the ceiling bound what a setting may ask for`() throws {
        #expect(try PasswordHashParameters(memoryKiB: 19_456, iterations: 2) == .floor)
        #expect(try PasswordHashParameters(memoryKiB: 1_048_576, iterations: 16) == .ceiling)
        for memory in [Int.min, 0, 19_455, 1_048_577, .max] {
            #expect(throws: PasswordHashParameters.OutOfRange.memory) {
                try PasswordHashParameters(memoryKiB: memory, iterations: 2)
            }
        }
        for iterations in [Int.min, 0, 1, 17, .max] {
            #expect(throws: PasswordHashParameters.OutOfRange.iterations) {
                try PasswordHashParameters(memoryKiB: 19_456, iterations: iterations)
            }
        }
    }

    @Test func `only a match with fewer passes or less memory is hashed anew`() throws {
        let hashing = try Argon2id(parameters: PasswordHashParameters(uncheckedMemoryKiB: 32, iterations: 3))
        let password = try Password("correct horse")
        for (memory, iterations, grows) in [
            (32, 3, false), (64, 3, false), (32, 4, false), (16, 3, true), (32, 2, true), (64, 2, true),
        ] {
            let parameters = PasswordHashParameters(uncheckedMemoryKiB: memory, iterations: iterations)
            let stored = try PasswordHash(of: password, parameters).text
            guard case .success(.match(let rehash)) = hashing.check(password, against: stored) else {
                Issue.record("the right password was refused under \(parameters)")
                continue
            }
            #expect((rehash != nil) == grows, "\(parameters)")
            if let rehash {
                #expect(try PasswordHash(stored: rehash).parameters == hashing.parameters)
                #expect(hashing.check(password, against: rehash) == .success(.match(rehash: nil)))
            }
            #expect(hashing.check(try Password("wrong"), against: stored) == .success(.mismatch))
        }
    }

    @Test func `the dummy costs what the parameters of today cost and matches nothing`() throws {
        let parameters = PasswordHashParameters(uncheckedMemoryKiB: 64, iterations: 3)
        let hashing = try Argon2id(parameters: parameters)
        #expect(try PasswordHash(stored: hashing.dummy.text).parameters == parameters)
        #expect(hashing.check(try Password("anything"), against: nil) == .success(.mismatch))
        #expect(try Argon2id(parameters: parameters).dummy.text != hashing.dummy.text)
    }

    @Test func `a wrong password against a cheaper hash costs as much as one against the dummy`() throws {
        let hashing = try Argon2id(parameters: PasswordHashParameters(uncheckedMemoryKiB: 1000, iterations: 3))
        for (memory, iterations) in [(1000, 2), (1000, 1), (500, 3), (8, 1), (100, 8)] {
            let old = PasswordHashParameters(uncheckedMemoryKiB: memory, iterations: iterations)
            let missing = try #require(hashing.furtherCost(after: old, isMatch: false))
            let total = memory * iterations + missing.memoryKiB * missing.iterations
            #expect((2997...3000).contains(total))
            #expect(missing.memoryKiB <= 1000)
        }
        #expect(hashing.furtherCost(after: hashing.parameters, isMatch: false) == nil)
        #expect(hashing.furtherCost(after: .ceiling, isMatch: false) == nil)
    }

    @Test func `a stored hash that cannot be used is an uncertain answer`() throws {
        let hashing = try Argon2id(parameters: cheap)
        guard case .failure(.unavailable) = hashing.check(try Password("anything"), against: "$argon2id$nonsense")
        else {
            Issue.record("a damaged hash must neither match nor mismatch")
            return
        }
    }
}
