import Auth
import Testing

/// `GET` and `POST /api-basic-auth`.
@Suite(.timeLimit(.minutes(5)))
struct BasicAuthEndpointTests {
    static let path = "/api-basic-auth"

    @Test(arguments: [
        [], ["Content-Type: application/json"], ["Content-Type: multipart/form-data"],
        ["Content-Type: application/x-www-form-urlencoded"],
    ])
    func `a GET and a POST make a token, whatever type the POST says`(_ fields: [String]) async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        try await LiveServer.run(seed) { server in
            let basic = [String].basic("\(account.email):\(SeededStore.password)")
            #expect(try await server.get(Self.path, basic).token != nil)
            let token = try #require(try await server.post(Self.path, basic + fields).token)
            #expect(try await server.get("/api-token-status", .bearer(token)).status == 200)
            #expect(try await server.post(Self.path, basic + fields, body: "{not even JSON").token != nil)
        }
    }

    @Test func `a password that btoa sent as Latin-1 is the one that others send as UTF-8`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        let password = "café crème brûlée"
        let phc = try await seed.hasher.hash(.init(password))
        try await seed.setPassword(phc, of: account.id)
        let start = "\(account.email):"
        let latin1: [UInt8] = Array(start.utf8) + password.unicodeScalars.map { UInt8($0.value) }
        let decomposed = start + "cafe\u{301} cre\u{300}me bru\u{302}le\u{301}e"
        try await LiveServer.run(seed) { server async throws in
            #expect(try await server.get(Self.path, .basic(bytes: latin1)).token != nil)
            #expect(try await server.get(Self.path, .basic(start + password)).token != nil)
            #expect(try await server.get(Self.path, .basic(decomposed)).token != nil)
            #expect(try await server.get(Self.path, .basic(start + "cafe creme brulee")).token == nil)
        }
    }

    @Test func `the scheme is read in any case, padding may be absent, and a password may have colons`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        let password = "a:b:c and then some"
        try await seed.setPassword(try await seed.hasher.hash(.init(password)), of: account.id)
        try await LiveServer.run(seed) { server in
            let field = try #require([String].basic("\(account.email):\(password)").first)
            let bare = field.replacing("Basic", with: "bAsIc").filter { $0 != "=" }
            #expect(try await server.get(Self.path, [bare]).token != nil)
        }
    }

    static let faults: [([String], String)] = [
        ([], "MISSING_DATA"), (["Authorization: Basic"], "MISSING_DATA"), (["Authorization: Basic  "], "MISSING_DATA"),
        (["Authorization: Bearer x"], "MISSING_DATA"), (["Authorization:"], "MISSING_DATA"),
        (.basic(":password"), "MISSING_DATA"), (.basic("a@b:"), "MISSING_DATA"),
        (["Authorization: Basic !!!"], "INVALID_DATA"), (["Authorization: Basic YUBi OnA="], "INVALID_DATA"),
        (["Authorization: Basic _-__"], "INVALID_DATA"), (.basic("no colon"), "INVALID_DATA"),
        (.basic("a@b:\0"), "INVALID_DATA"), (.basic("a@b:x\r\ny"), "INVALID_DATA"),
        (.basic(bytes: [0x61, 0x3A, 0xED, 0xA0, 0x80]), "INVALID_DATA"),
        (.basic(bytes: [0x61, 0x3A, 0xC0, 0xAF]), "INVALID_DATA"),
        (["Authorization: Basic \(String(repeating: "YQ", count: 4700))"], "INVALID_DATA"),
        (.basic("a@b:\(String(repeating: "p", count: 1025))"), "INVALID_DATA"),
        (.basic("a@b:c") + .basic("a@b:c"), "INVALID_DATA"),
        (.basic("a@b:c") + ["Authorization: Bearer x"], "INVALID_DATA"),
        (["Authorization: Basic YUBiOmM=, Bearer x"], "INVALID_DATA"),
    ]

    @Test func `each fault of the header has its reason, and no challenge is ever sent`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            for (fields, reason) in Self.faults {
                for answer in [try await server.get(Self.path, fields), try await server.post(Self.path, fields)] {
                    #expect(answer.status == 400)
                    #expect(answer.reason == reason, "\(fields)")
                    #expect(answer["www-authenticate"] == nil)
                }
            }
        }
    }

    @Test func `two Authorization fields are refused where credentials are in the body, too`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        let answer = try await LiveServer.run(seed) { server in
            try await server.post(
                "/api-token-generate",
                .basic("a@b:c") + .basic("a@b:c") + ["Content-Type: application/json"],
                body: #"{"email":"\#(account.email)","password":"\#(SeededStore.password)"}"#
            )
        }
        #expect(answer.reason == "INVALID_DATA")
    }

    @Test(arguments: [
        "Sec-Fetch-Mode: navigate", "Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "Purpose: prefetch",
    ])
    func `a browser that only follows a link makes no token`(_ field: String) async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        try await LiveServer.run(seed) { server in
            let basic = [String].basic("\(account.email):\(SeededStore.password)")
            for answer in [
                try await server.get(Self.path, basic + [field]), try await server.post(Self.path, basic + [field]),
            ] {
                #expect(answer.status == 403)
                #expect(answer.reason == "FORBIDDEN")
            }
            #expect(try await server.get("/api-token-status", .bearer(account.token)).status == 200)
        }
    }
}
