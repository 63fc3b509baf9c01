import Testing

/// `POST /api-token-generate`.
@Suite(.timeLimit(.minutes(5)))
struct GenerateEndpointTests {
    static let path = "/api-token-generate"
    static let wrongLogin =
        #"{"statusCode":400,"reason":"INVALID_LOGIN_CREDENTIALS","message":"We didn’t find an account with those login credentials"}"#

    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let contentType: String
        /// Of an e-mail and a password.
        let body: @Sendable (String, String) -> String
    }

    static let forms = [
        Form(testDescription: "multipart", contentType: "multipart/form-data; boundary=b") { email, password in
            part("email", email) + part("password", password) + "--b--\r\n"
        },
        Form(testDescription: "multipart in another order", contentType: "multipart/form-data; boundary=\"b\"") {
            email,
            password in
            part("password", password) + part("x", "y") + part("email", email) + "--b--"
        },
        Form(testDescription: "urlencoded", contentType: "application/x-www-form-urlencoded") { email, password in
            "email=\(email)&password=\(password.replacing(" ", with: "+"))"
        },
        Form(testDescription: "JSON", contentType: "application/json") { email, password in
            #"{"email":"\#(email)","password":"\#(password)","other":[1,{"a":null}]}"#
        },
        Form(testDescription: "JSON under curl's type", contentType: "application/x-www-form-urlencoded") {
            email,
            password in
            #" {"email":"\#(email)","password":"\#(password)"}"#
        },
    ]

    private static func part(_ name: String, _ value: String) -> String {
        "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }

    @Test(arguments: forms)
    func `every form of body makes a token that is live`(_ form: Form) async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        try await LiveServer.run(seed) { server in
            let body = form.body(account.email, SeededStore.password)
            let answer = try await server.post(Self.path, ["Content-Type: \(form.contentType)"], body: body)
            #expect(answer.status == 200)
            let token = try #require(answer.token, "\(answer)")
            #expect(token.hasPrefix("bus|\(account.id)|"))
            #expect(answer["content-type"] == "application/json; charset=utf-8")
            #expect(answer["cache-control"] == "no-store")
            #expect(answer["x-content-type-options"] == "nosniff")
            #expect(answer["access-control-allow-origin"] == "*")
            #expect(answer["date"] != nil)
            #expect(try await server.get("/api-token-status", .bearer(token)).status == 200)
        }
    }

    @Test func `generating ends the token before it`() async throws {
        let seed = try await SeededStore.shared.value
        let account = try await seed.account()
        try await LiveServer.run(seed) { server in
            let first = try await server.token(account.email)
            #expect(try await server.get("/api-token-status", .bearer(first)).status == 200)
            let second = try await server.token(account.email)
            #expect(first != second)
            #expect(try await server.get("/api-token-status", .bearer(first)).status == 401)
            #expect(try await server.get("/api-token-status", .bearer(second)).status == 200)
            _ = try await server.get("/api-basic-auth", .basic("\(account.email):\(SeededStore.password)"))
            #expect(try await server.get("/api-token-status", .bearer(second)).status == 401)
        }
    }

    @Test func `unknown, wrong, disabled, passwordless and ill-formed are told the same to the byte`() async throws {
        let seed = try await SeededStore.shared.value
        let known = try await seed.account()
        let passwordless = try await seed.account(hasPassword: false)
        let disabled = try await seed.account()
        try await seed.disable(disabled.id)
        let logins = [
            (known.email, "another password"), (disabled.email, SeededStore.password),
            (passwordless.email, SeededStore.password), ("nobody@example.com", SeededStore.password),
            ("username", "password"), ("a@b@c", "x"), (known.email.uppercased(), "another password"),
        ]
        let answers = try await LiveServer.run(seed) { server in
            var answers: [String] = []
            for (email, password) in logins {
                let body = "email=\(email)&password=\(password.replacing(" ", with: "+"))"
                let fields = ["Content-Type: application/x-www-form-urlencoded", "Host: a", "Connection: close"]
                let head = ["POST /api/1.1/wf\(Self.path) HTTP/1.1"] + fields + ["Content-Length: \(body.utf8.count)"]
                answers.append(try await server.bytes(head.joined(separator: "\r\n") + "\r\n\r\n" + body))
                let basic = ["POST /api/1.1/wf/api-basic-auth HTTP/1.1", "Host: a", "Connection: close"]
                let lines = basic + .basic("\(email):\(password)")
                answers.append(try await server.bytes(lines.joined(separator: "\r\n") + "\r\n\r\n"))
            }
            return answers
        }
        let distinct = Set(answers.map(WireAnswer.withFixedDate))
        #expect(distinct.count == 1)
        let answer = try #require(WireAnswer.all(in: answers[0])?.first)
        #expect(answer.status == 400)
        #expect(answer.body == Self.wrongLogin)
        #expect(answer["www-authenticate"] == nil)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let contentType: String?
        let body: String
        let status: Int
        let reason: String

        init(_ contentType: String?, _ body: String, _ status: Int, _ reason: String) {
            testDescription = "\(contentType ?? "no type"): \(body.prefix(40))"
            self.contentType = contentType
            self.body = body
            self.status = status
            self.reason = reason
        }
    }

    static let faults = [
        Fault(nil, "", 400, "MISSING_DATA"),
        Fault("application/json", "{}", 400, "MISSING_DATA"),
        Fault("application/json", #"{"email":"a@b","password":""}"#, 400, "MISSING_DATA"),
        Fault("application/json", #"{"email":"a@b"}"#, 400, "MISSING_DATA"),
        Fault("application/json", #"{"Email":"a@b","password":"x"}"#, 400, "MISSING_DATA"),
        Fault("application/json", "", 400, "INVALID_DATA"),
        Fault("application/json", #"{"email":"a@b","email":"a@b","password":"x"}"#, 400, "INVALID_DATA"),
        Fault("application/json", #"{"email":1,"password":"x"}"#, 400, "INVALID_DATA"),
        Fault("application/json", #"{"email":"a@b","password":"\u0000"}"#, 400, "INVALID_DATA"),
        Fault("application/json", #"{"email":"a@b","password":"x"} {}"#, 400, "INVALID_DATA"),
        Fault("application/json", #"{"email":"a@b","password":"x"}\#u{feff}"#, 400, "INVALID_DATA"),
        Fault("application/json", String(repeating: "[", count: 10_000), 400, "INVALID_DATA"),
        Fault(
            "application/json",
            #"{"email":"a@b","password":"\#(String(repeating: "p", count: 1025))"}"#,
            400,
            "INVALID_DATA"
        ),
        Fault("application/x-www-form-urlencoded", "email=a%40b", 400, "MISSING_DATA"),
        Fault("application/x-www-form-urlencoded", "email=%zz&password=x", 400, "INVALID_DATA"),
        Fault("application/x-www-form-urlencoded", "email=a@b&password=%FF", 400, "INVALID_DATA"),
        Fault("multipart/form-data", "email", 400, "INVALID_DATA"),
        Fault("multipart/form-data; boundary=b", "", 400, "INVALID_DATA"),
        Fault("multipart/form-data; boundary=b", "--b\r\n", 400, "INVALID_DATA"),
        Fault("multipart/form-data; boundary=b", "--b--\r\n", 400, "MISSING_DATA"),
        Fault("text/plain", "email=a@b&password=x", 415, "UNSUPPORTED_MEDIA_TYPE"),
        Fault("application/json; charset=utf-16", "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        Fault(nil, "email=a@b&password=x", 415, "UNSUPPORTED_MEDIA_TYPE"),
        Fault("", "email=a@b&password=x", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ]

    /// On one connection, which each of them leaves usable.
    @Test func `each fault of a body has its reason, and the connection stays`() async throws {
        let seed = try await SeededStore.shared.value
        try await LiveServer.run(seed) { server in
            let requests = Self.faults.map { fault in
                let type = fault.contentType.map { "Content-Type: \($0)\r\n" } ?? ""
                let length = "Content-Length: \(fault.body.utf8.count)\r\n"
                return "POST /api/1.1/wf\(Self.path) HTTP/1.1\r\nHost: a\r\n\(type)\(length)\r\n\(fault.body)"
            }
            let last = "GET /health/alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let text = try await server.bytes(requests.joined() + last)
            let answers = try #require(WireAnswer.all(in: text), "\(text)")
            try #require(answers.count == Self.faults.count + 1, "\(text)")
            for (fault, answer) in zip(Self.faults, answers) {
                #expect(answer.status == fault.status, "\(fault.testDescription)")
                #expect(answer.reason == fault.reason, "\(fault.testDescription)")
                #expect(answer["cache-control"] == "no-store")
                #expect(answer["content-type"] == "application/json; charset=utf-8")
            }
            #expect(answers.last?.status == 200)
        }
    }

    @Test func `a missing boundary says what to do`() async throws {
        let seed = try await SeededStore.shared.value
        let answer = try await LiveServer.run(seed) { server in
            try await server.post(Self.path, ["Content-Type: multipart/form-data"], body: "x")
        }
        #expect(answer.body.contains(#""message":"Content-Type has no boundary; let your HTTP client set it""#))
    }
}
