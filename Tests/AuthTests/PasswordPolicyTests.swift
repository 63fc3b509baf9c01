import Auth
import Foundation
import Testing

struct PasswordPolicyTests {
    let policy = PasswordPolicy()

    @Test(arguments: [
        "correct horse battery", "alice had a little lamb", "Tr0ub4dor&3 is too short",
        "my latchkey hangs by the red door",
        "пароль из шести слов", "日本語の長い合言葉はとても安全です", "9f86d081884c7d659a2f", "8412 7735 0196 4428",
    ])
    func `an ordinary long password is accepted`(text: String) throws {
        #expect(try refusal(text) == nil)
    }

    @Test func `length is counted in code points`() throws {
        #expect(try refusal("kfurwqmzbxpagd") == .tooShort(minimum: 15))
        #expect(try refusal("kfurwqmzbxpagdt") == nil)
        #expect(try refusal("日本語の長い合言葉はとても安") == .tooShort(minimum: 15))
        #expect(try refusal("") == .tooShort(minimum: 15))
        #expect(try refusal("é", PasswordPolicy(minimumLength: 1)) == nil)
        #expect(try refusal("", PasswordPolicy(minimumLength: 1)) == .tooShort(minimum: 1))
        #expect(PasswordPolicy(minimumLength: 0).minimumLength == 1)
        #expect(PasswordPolicy(minimumLength: .max).minimumLength == 64)
    }

    @Test(arguments: [
        "a line\nand one more line", "with a tab\tin the middle", "with a NUL\u{0} in the middle",
        "with C1 \u{85} inside it",
    ])
    func `control characters, which no request can send, are refused`(text: String) throws {
        #expect(try refusal(text) == .controlCharacter)
    }

    @Test(arguments: [
        "alice.cooper@example.com", "ALICE.COOPER@EXAMPLE.COM", "alice.cooper@example.com1",
        "alice.cooper@example.com2024",
        "alicecooperalice", "alice-cooper-example", "example.com/alice", "cooperalice12345", "latchkey1234567",
        "Latchkey-latchkey!",
        "latchkeyalice123", "alice.cooper!!!!!!!!",
    ])
    func `the account's address and the product's name, with little besides, are refused`(text: String) throws {
        #expect(try refusal(text) == .builtFromNames)
    }

    @Test func `whatever the minimum, a password is not the address or a part of it`() throws {
        let policy = PasswordPolicy(minimumLength: 1)
        for text in ["alice.cooper", "Alice", "cooper", "example", "example.com", "com", "latchkey"] {
            #expect(try refusal(text, policy) == .builtFromNames)
        }
    }

    @Test func `a lowered minimum admits the manual's sample`() throws {
        let email = try EmailAddress("example@personr.co")
        for minimum in 1...10 {
            #expect(PasswordPolicy(minimumLength: minimum).refusal(of: try Password("example123"), for: email) == nil)
        }
        #expect(policy.refusal(of: try Password("example123"), for: email) == .tooShort(minimum: 15))
    }

    @Test(arguments: [
        "aaaaaaaaaaaaaaaa", "abababababababab", "abcabcabcabcabcab", "passwordpassword", "1231231231231231",
        "hunter2!hunter2!hunter2!",
        "                ", "ééééééééééééééééé", "ABABABABabababab",
    ])
    func `one unit over and over is refused`(text: String) throws {
        #expect(try refusal(text) == .repetition)
    }

    @Test(arguments: [
        "0123456789012345", "1234567890abcdef", "9876543210987654", "abcdefghijklmnop", "zyxwvutsrqponmlk",
        "qwertyuiopasdfgh",
        "QwertyuiopASDFGHJKL", "poiuytrewqlkjhgf", "qwertzuiopasdfghj", "azertyuiopqsdfg", "abcdefgh12345678",
        "1234567890qwerty!",
    ])
    func `neighbours in a row, with little besides, are refused`(text: String) throws {
        #expect(try refusal(text) == .sequence)
    }

    @Test func `listed passwords are refused without regard to case, form and line ends`() throws {
        let lines = ["Correct Horse Battery", "", "tout le caf\u{E9} du monde\r", "  kept as it stands  "]
        let policy = PasswordPolicy(blocklist: PasswordBlocklist(lines: lines))
        #expect(try refusal("correct horse battery", policy) == .blocklisted)
        #expect(try refusal("CORRECT\u{A0}HORSE BATTERY", policy) == .blocklisted)
        #expect(try refusal("tout le cafe\u{301} du monde", policy) == .blocklisted)
        #expect(try refusal("  kept as it stands  ", policy) == .blocklisted)
        #expect(try refusal("correct horse batteries", policy) == nil)
    }

    @Test func `a blocklist is read from a file, one password a line`() throws {
        let path = NSTemporaryDirectory() + "blocklist-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("first password\r\nsecond password\n\n\u{FF}last password".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try PasswordBlocklist(path: path).count == 3)
        #expect(throws: PasswordBlocklist.Unreadable.self) {
            try PasswordBlocklist(path: path + ".none")
        }
        #expect(throws: PasswordBlocklist.Unreadable.self) { try PasswordBlocklist(path: NSTemporaryDirectory()) }
    }

    @Test func `a long random password is never refused`() throws {
        var generator = SeededGenerator(seed: 9)
        let emails = try ["a@b", "abcd@efgh.example", "alice.cooper@example.com", "1234@5678.example"].map {
            try EmailAddress($0)
        }
        let alphabets = [
            Array("0123456789abcdef"), Array("abcdefghijklmnopqrstuvwxyz"),
            Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            (0x21...0x7E).map { Character(Unicode.Scalar($0)) },
        ]
        for round in 0..<600 {
            let alphabet = alphabets[round % alphabets.count]
            let length = Int.random(in: 20...64, using: &generator)
            let text = String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
            for email in emails {
                #expect(policy.refusal(of: try Password(text), for: email) == nil, "\(text) for \(email)")
            }
        }
    }

    @Test func `a random password is not refused for a word or a run that stands in it`() throws {
        var generator = SeededGenerator(seed: 10)
        for part in ["latchkey", "alice.cooper@example.com", "0123456789", "qwertyuiop"] {
            for _ in 0..<25 {
                #expect(try refusal(part + Password.generate(using: &generator).text) == nil)
                #expect(try refusal(Password.generate(using: &generator).text + part) == nil)
            }
        }
    }

    @Test func `a generated password passes every policy`() throws {
        var generator = SeededGenerator(seed: 11)
        let email = try EmailAddress("alice.cooper@example.com")
        for minimum in PasswordPolicy.minimumLengths {
            let password = Password.generate(length: minimum, using: &generator).password
            #expect(PasswordPolicy(minimumLength: minimum).refusal(of: password, for: email) == nil)
        }
    }

    @Test func `the longest password is judged at once`() throws {
        #expect(try refusal(String(repeating: "a", count: 1023) + "b") == .sequence)
        #expect(try refusal(String(repeating: "0123456789", count: 102)) == .repetition)
    }

    private func refusal(_ text: String, _ policy: PasswordPolicy? = nil) throws -> PasswordPolicy.Refusal? {
        (policy ?? self.policy).refusal(of: try Password(text), for: try EmailAddress("alice.cooper@example.com"))
    }
}
