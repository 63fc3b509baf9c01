import Auth
import Crypto
import Foundation
import Testing

struct KeyFileTests {
    @Test func `a new key file is closed to others, whatever the mask, and loads`() throws {
        try inFolder { path in
            try KeyFile.create(at: path)
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600)
            #expect(status.st_nlink == 1)
            _ = try KeyFile.load(at: path)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder(of: path)) == ["latchkey.keys"])
        }
    }

    @Test func `every purpose has a key of 32 bytes of its own, and no two files share one`() throws {
        try inFolder { path in
            try KeyFile.create(at: path)
            try KeyFile.create(at: path + "2")
            let secrets = try [path, path + "2"].flatMap { path in
                let content = try object(at: path)
                #expect(content["version"] as? Int == 1)
                return try ["tokens", "passwords", "cookies", "audit", "throttling"].map { purpose in
                    let keys = try #require((content[purpose] as? [String: Any])?["keys"] as? [[String: Any]])
                    let secret = try #require(keys[0]["secret"] as? String)
                    return try #require(Data(base64Encoded: secret))
                }
            }
            #expect(secrets.allSatisfy { $0.count == 32 })
            #expect(Set(secrets).count == 10)
        }
    }

    @Test func `a key file reads the same every time`() throws {
        try inFolder { path in
            try KeyFile.create(at: path)
            let token = try #require(
                BearerToken("bus|4242424242424x424242424242424242|4343434343434x434343434343434343")
            )
            let (first, second) = (try KeyFile.load(at: path), try KeyFile.load(at: path))
            #expect(first.tokens.digest(token) == second.tokens.digest(token))
            #expect(first.cookies == second.cookies)
            #expect(first.throttling.account("a") == second.throttling.account("a"))
            #expect(AttemptKeys(first.cookies).account("a") != first.throttling.account("a"))
            let sealed = try first.passwords.seal("$argon2id$", for: token.account)
            #expect(try second.passwords.open(sealed, of: token.account) == "$argon2id$")
        }
    }

    @Test func `nothing at the path is ever overwritten`() throws {
        try inFolder { path in
            try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: KeyFileError.alreadyThere(path: path)) { try KeyFile.create(at: path) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path + ".elsewhere")
            #expect(throws: KeyFileError.alreadyThere(path: path)) { try KeyFile.create(at: path) }
            #expect(!FileManager.default.fileExists(atPath: path + ".elsewhere"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder(of: path)) == ["latchkey.keys"])
        }
    }

    @Test func `of many that make the file at once one succeeds`() async throws {
        let folder = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/latchkey.keys"
        let made = await withTaskGroup { group in
            for _ in 0..<16 { group.addTask { (try? KeyFile.create(at: path)) == nil ? 0 : 1 } }
            return await group.reduce(0, +)
        }
        #expect(made == 1)
        _ = try KeyFile.load(at: path)
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o620, 0o601, 0o610] as [mode_t])
    func `a file others may open is refused with the command that closes it`(mode: mode_t) throws {
        try inFolder { path in
            try KeyFile.create(at: path)
            #expect(chmod(path, mode) == 0)
            let error = #expect(throws: KeyFileError.self) { try KeyFile.load(at: path) }
            #expect(error == .tooOpen(path: path, mode: UInt32(mode)))
            #expect(error?.description.contains("chmod 600 \(path)") == true)
        }
    }

    @Test func `a missing file, a folder, a pipe and a missing folder are told apart`() throws {
        try inFolder { path in
            #expect(throws: KeyFileError.missing(path: path)) { try KeyFile.load(at: path) }
            #expect(throws: KeyFileError.notAFile(path: folder(of: path))) { try KeyFile.load(at: folder(of: path)) }
            #expect(mkfifo(path, 0o600) == 0)
            #expect(throws: KeyFileError.notAFile(path: path)) { try KeyFile.load(at: path) }
            #expect(throws: KeyFileError.self) { try KeyFile.create(at: path + "/none/latchkey.keys") }
        }
    }

    @Test(arguments: [
        "", "{", "null", "[]", "{}", "{\"version\":1}", "{\"version\":\"1\"}", "\u{0}", "{\"version\":1,\"tokens\":[]}",
    ])
    func `a file that is no key file is refused`(text: String) throws {
        try inFolder { path in
            try write(Data(text.utf8), to: path)
            guard case .malformed = #expect(throws: KeyFileError.self, performing: { try KeyFile.load(at: path) })
            else {
                Issue.record("not called malformed")
                return
            }
        }
    }

    @Test func `a file cut anywhere is refused`() throws {
        try inFolder { path in
            try KeyFile.create(at: path)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for length in stride(from: 0, to: whole.count - 1, by: 7) {
                try write(whole.prefix(length), to: path)
                #expect(throws: KeyFileError.self) { try KeyFile.load(at: path) }
            }
        }
    }

    @Test func `an endless file is refused`() throws {
        try inFolder { path in
            try write(Data(repeating: 0x20, count: 10_000_000), to: path)
            #expect(throws: KeyFileError.malformed(path: path, reason: "is over 64 KiB")) { try KeyFile.load(at: path) }
        }
    }

    @Test func `short, repeated and missing keys are refused, and no error shows a key`() throws {
        try inFolder { path in
            try KeyFile.create(at: path)
            let content = try object(at: path)
            let tokens = try #require(content["tokens"] as? [String: Any])
            let key = try #require((tokens["keys"] as? [[String: Any]])?.first)
            let secret = try #require(key["secret"] as? String)
            let other = Data(repeating: 9, count: 32).base64EncodedString()
            func refusal(_ change: (inout [String: Any]) -> Void) throws -> KeyFileError? {
                var content = content
                change(&content)
                try write(try JSONSerialization.data(withJSONObject: content), to: path)
                let error = #expect(throws: KeyFileError.self) { try KeyFile.load(at: path) }
                #expect(error?.description.contains(secret) == false)
                return error
            }
            func purpose(_ current: Int, _ keys: [(id: Int, secret: String)]) -> [String: Any] {
                ["current": current, "keys": keys.map { ["id": $0.id, "secret": $0.secret] as [String: Any] }]
            }
            let short = Data(repeating: 9, count: 31).base64EncodedString()
            #expect(
                try refusal { $0["audit"] = purpose(1, [(1, short)]) }
                    == .keyTooShort(path: path, purpose: "audit", id: 1)
            )
            #expect(
                try refusal { $0["cookies"] = $0["tokens"] } == .keyUsedTwice(path: path, purpose: "cookies", id: 1)
            )
            #expect(
                try refusal { $0["tokens"] = purpose(1, [(1, secret), (1, other)]) }
                    == .keyUsedTwice(path: path, purpose: "tokens", id: 1)
            )
            #expect(
                try refusal { $0["tokens"] = purpose(2, [(1, secret)]) }
                    == .malformed(path: path, reason: "has no key 2 for tokens, the one it calls current")
            )
            #expect(try refusal { $0["throttling"] = nil } == .malformed(path: path, reason: "has no throttling"))
            #expect(try refusal { $0["tokens"] = purpose(1, [(1, "not base64!")]) } != nil)
            #expect(try refusal { $0["version"] = 2 } != nil)
        }
    }

    @Test func `older keys still verify`() throws {
        try inFolder { path in
            try KeyFile.create(at: path)
            let token = try #require(
                BearerToken("bus|4242424242424x424242424242424242|4343434343434x434343434343434343")
            )
            let before = try KeyFile.load(at: path).tokens.digest(token)
            var content = try object(at: path)
            var tokens = try #require(content["tokens"] as? [String: Any])
            let added: [String: Any] = ["id": 2, "secret": Data(repeating: 9, count: 32).base64EncodedString()]
            tokens["keys"] = try #require(tokens["keys"] as? [[String: Any]]) + [added]
            tokens["current"] = 2
            content["tokens"] = tokens
            try write(try JSONSerialization.data(withJSONObject: content), to: path)
            let keys = try KeyFile.load(at: path).tokens
            #expect(keys.digest(token).keyID == 2)
            #expect(keys.digest(token).digest != before.digest)
            #expect(keys.digest(token, keyID: 1) == before.digest)
            #expect(keys.digest(token, keyID: 3) == nil)
        }
    }

    @Test func `keys never print`() throws {
        try inFolder { path in
            try KeyFile.create(at: path)
            let ring = try KeyFile.load(at: path)
            var dumped = ""
            dump(ring, to: &dumped)
            #expect("\(ring)" == "KeyRing(redacted)")
            #expect(!dumped.contains("bytes"))
        }
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "keys-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder + "/latchkey.keys")
    }

    private func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    private func write(_ data: Data, to path: String) throws {
        try data.write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0o600) == 0)
    }

    private func object(at path: String) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: try Data(contentsOf: URL(fileURLWithPath: path)))
        return try #require(json as? [String: Any])
    }
}
