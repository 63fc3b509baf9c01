import Parsing
import Testing

struct PHCStringTests {
    static let salt = "c29tZXNhbHRzb21lc2FsdA"
    static let hash = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"

    @Test func `a hash as libsodium writes it is read whole`() throws {
        let text = "$argon2id$v=19$m=19456,t=2,p=1$\(Self.salt)$\(Self.hash)"
        let phc = try #require(PHCString(text))
        #expect(phc.algorithm == "argon2id")
        #expect(phc.version == 19)
        #expect(phc.memory == 19456)
        #expect(phc.iterations == 2)
        #expect(phc.parallelism == 1)
        #expect(phc.saltLength == 16)
        #expect(phc.hashLength == 32)
        #expect(phc.text == text)
    }

    @Test(arguments: ["m=8,t=1,p=1", "m=65536,t=3,p=4", "m=2097152,t=1,p=4", "m=2040,t=1024,p=255"])
    func `costs within the bounds are read`(cost: String) {
        #expect(PHCString("$argon2id$v=19$\(cost)$\(Self.salt)$\(Self.hash)") != nil)
    }

    @Test(arguments: [
        "m=7,t=1,p=1", "m=31,t=1,p=4", "m=0,t=1,p=1", "m=2097153,t=1,p=1", "m=4294967296,t=1,p=1", "m=19456,t=0,p=1",
        "m=19456,t=1025,p=1", "m=19456,t=2,p=0", "m=19456,t=2,p=256", "m=99999999999999999999,t=2,p=1",
        "m=019456,t=2,p=1",
        "m=+19456,t=2,p=1", "m=-1,t=2,p=1", "m=,t=2,p=1", "m=19456,t=2", "t=2,m=19456,p=1", "m=19456,t=2,p=1,p=1",
        "m=19456,m=19456,t=2,p=1", "m=19456,t=2,p=1,keyid=x", "m=19456, t=2,p=1", "m=1945٦,t=2,p=1", "M=19456,t=2,p=1",
        "",
    ])
    func `a cost past the bounds or in another spelling is refused`(cost: String) {
        #expect(PHCString("$argon2id$v=19$\(cost)$\(Self.salt)$\(Self.hash)") == nil)
    }

    @Test(arguments: [
        "", "$", "argon2id$v=19$m=19456,t=2,p=1$\(salt)$\(hash)", "$argon2i$v=19$m=19456,t=2,p=1$\(salt)$\(hash)",
        "$argon2d$v=19$m=19456,t=2,p=1$\(salt)$\(hash)", "$argon2id$v=16$m=19456,t=2,p=1$\(salt)$\(hash)",
        "$argon2id$m=19456,t=2,p=1$\(salt)$\(hash)", "$argon2id$v=019$m=19456,t=2,p=1$\(salt)$\(hash)",
        "$ARGON2ID$v=19$m=19456,t=2,p=1$\(salt)$\(hash)", "$argon2id$v=19$m=19456,t=2,p=1$\(salt)",
        "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$", "$argon2id$v=19$m=19456,t=2,p=1$$\(hash)",
        "$argon2id$v=19$m=19456,t=2,p=1$\(salt)==$\(hash)", "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$\(hash)=",
        "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$\(hash)$", "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$\(hash)\n",
        "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$\(hash)\u{0}", " $argon2id$v=19$m=19456,t=2,p=1$\(salt)$\(hash)",
        "$argon2id$v=19$m=19456,t=2,p=1$\(salt.dropLast())B$\(hash)",
        "$argon2id$v=19$m=19456,t=2,p=1$\(salt.dropLast())_$\(hash)",
        "$argon2id$v=19$m=19456,t=2,p=1$MTIzNDU2Nw$\(hash)", "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$MTIzNDU2Nzg5MDE",
        "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$\(String(repeating: "A", count: 88))",
        "$argon2id$v=19$m=19456,t=2,p=1$\(String(repeating: "A", count: 68))$\(hash)",
        "$2b$12$abcdefghijklmnopqrstuuVkTnCqzQk8k2x7s1Z3vW7b9Xo0eQm2G",
    ])
    func `any other form is refused`(text: String) {
        #expect(PHCString(text) == nil)
    }
}
