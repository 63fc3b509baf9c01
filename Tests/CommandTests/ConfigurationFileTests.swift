import Foundation
import Server
import Testing

@testable import latchkey

struct ConfigurationFileTests {
    @Test(arguments: [
        (#"{"server": {"port": 8443}}"#, ["server.port": "8443"]),
        (#"{"server.port": "8443"}"#, ["server.port": "8443"]),
        (#"{"server": {"port": 8443}, "server.host": "::1"}"#, ["server.port": "8443", "server.host": "::1"]),
        (#"{"cors": {"origins": ["https://a", "https://b"]}}"#, ["cors.origins": "https://a,https://b"]),
        (#"{"a": {"x": "b\\", "b": "x"}, "b": {"x": "\"x\": {"}}"#, ["a.x": "b\\", "a.b": "x", "b.x": #""x": {"#]),
        (#"{"server": {}}"#, [:]),
        ("{}", [:]),
    ])
    func `nested and dotted keys are the same, numbers and lists are text`(
        text: String,
        values: [String: String]
    ) throws {
        #expect(try ConfigurationFile(path: "f", data: Data(text.utf8)).values == values)
    }

    @Test(arguments: [
        ("", "is not JSON"), ("{", "is not JSON"), (#"{"a" 1}"#, "is not JSON"), ("[]", "must hold one JSON object"),
        ("7", "must hold one JSON object"), (#"{"server": {"port": null}}"#, "server.port is null"),
        (#"{"cors": {"origins": [1]}}"#, "cors.origins is a list of something else"),
        (#"{"server": {"port": 1}, "server.port": 2}"#, "server.port is there twice"),
        (#"{"server.port": 1, "server.port": 1}"#, "server.port is there twice"),
        (#"{"server": {"port": 1, "host": "a", "port" : 2}}"#, "server.port is there twice"),
        (#"{"server": {"port": 1}, "log.level": "a:\"b", "server": {"host": "a"}}"#, "server is there twice"),
        (#"{"server": {"port": 1, "\u0070ort": 2}}"#, "server.port is there twice"),
        ("\u{FEFF}\u{0}", "is not JSON"), (String(repeating: "[", count: 100_000), "is not JSON"),
        (String(repeating: #"{"a":"#, count: 100_000), "is not JSON"),
    ])
    func `a file of another form is an error that says what is wrong`(text: String, words: String) {
        do throws(SettingsError) {
            _ = try ConfigurationFile(path: "f.json", data: Data(text.utf8))
            Issue.record("it was read")
        } catch {
            #expect(error.description.contains(words))
            #expect(error.description.contains("f.json"))
        }
    }

    @Test func `LATCHKEY_CONFIG names a file, and --config another one instead`() async throws {
        let (first, second) = (try TemporaryFile(#"{"server.port": 1}"#), try TemporaryFile(#"{"server.port": 2}"#))
        var reader = SettingsReader(environment: ["LATCHKEY_CONFIG": first.path])
        #expect(try await reader.read().settings.server.port == 1)
        reader.configurationFile = second.path
        #expect(try await reader.read().settings.server.port == 2)
    }

    @Test func `a file that is not there, a directory and an endless one are errors`() async throws {
        for path in ["/no/such/file", "/", "/dev/zero"] {
            let found = await problems(of: SettingsReader(configurationFile: path))
            #expect(found.count == 1)
            #expect(found.first?.contains(path) == true)
        }
    }
}
