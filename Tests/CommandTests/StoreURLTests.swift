import Testing

@testable import latchkey

struct StoreURLTests {
    @Test(arguments: [
        ("postgres://ann:swordfish@db.example.com/latchkey", "postgres://ann@db.example.com/latchkey"),
        ("postgresql://ann:sword%40fish@a:1,b:2/x?sslmode=verify-full", "postgres://ann@a:1,b:2/x?sslmode=…"),
        ("postgres:///x?host=/run/pg&password=swordfish", "postgres:///x?host=…&password=…"),
        ("postgres://ann:sword@fish@db/x", "postgres://ann@db/x"),
        ("postgres://ann:sword/fish@db/x", "postgres://ann:sword/fish@db/x"),
    ])
    func `an address shows itself without its password`(text: String, shown: String) throws {
        let url = try #require(StoreURL(text))
        // A slash ends the host, for libpq too: what is written after it is no password.
        #expect("\(url)" == shown)
        #expect("\(url)" == String(reflecting: url))
    }

    @Test(arguments: [
        ("postgres://ann@db/x", false), ("postgres://db/x", false), ("postgres://ann:s@db/x", true),
        ("postgres://db/x?password=s", true), ("postgres://db/x?sslmode=require&password=s", true),
        ("postgres:///x?sslpassword=s", true),
    ])
    func `a password is seen wherever libpq would take one from`(text: String, hasPassword: Bool) throws {
        #expect(try #require(StoreURL(text)).hasPassword == hasPassword)
    }

    @Test(arguments: ["", "sqlite:data", "mysql://db/x", "postgres:/x", "postgres://d b/x", "host=db password=s"])
    func `anything else is no address`(text: String) {
        #expect(StoreURL(text) == nil)
    }

    @Test func `a password in a flag is refused, and shown nowhere`() async throws {
        let reader = SettingsReader(flags: ["store.url": "postgres://ann:swordfish@db/x"])
        let error = await #expect(throws: SettingsError.self) { try await reader.read() }
        let words = try #require(error).description
        #expect(words.contains("--store") && words.contains("LATCHKEY_STORE_URL_FILE"))
        #expect(!words.contains("swordfish"))
    }

    @Test func `a wrong address is not repeated`() async throws {
        let reader = SettingsReader(environment: ["LATCHKEY_STORE_URL": "postgre://ann:swordfish@db/x"])
        let error = await #expect(throws: SettingsError.self) { try await reader.read() }
        #expect(!(try #require(error).description.contains("swordfish")))
    }

    @Test func `the address may lie in a file, which ends with a newline or not`() async throws {
        for ending in ["", "\n"] {
            let file = try TemporaryFile("postgres://ann:swordfish@db/x" + ending)
            let read = try await SettingsReader(environment: ["LATCHKEY_STORE_URL_FILE": file.path]).read()
            #expect(read.settings.store == StoreURL("postgres://ann:swordfish@db/x"))
            let setting = try #require(Setting.table.first { $0.key == "store.url" })
            #expect("\(read.origin(of: setting))" == "LATCHKEY_STORE_URL_FILE")
            #expect(setting.show(read.settings) == "postgres://ann@db/x")
        }
    }

    @Test func `a file that is not there and an address given twice are errors`() async {
        let missing = SettingsReader(environment: ["LATCHKEY_STORE_URL_FILE": "/nonexistent/url"])
        await #expect(throws: SettingsError.self) { try await missing.read() }
        let twice = SettingsReader(
            environment: ["LATCHKEY_STORE_URL_FILE": "/nonexistent/url", "LATCHKEY_STORE_URL": "postgres://db/x"]
        )
        await #expect(throws: SettingsError.self) { try await twice.read() }
    }
}
