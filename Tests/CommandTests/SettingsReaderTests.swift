import Foundation
import Logging
import Server
import Testing

@testable import latchkey

struct SettingsReaderTests {
    @Test func `nothing set gives every setting its default`() async throws {
        let read = try await SettingsReader().read()
        for setting in Setting.table {
            #expect(setting.show(read.settings) == setting.byDefault)
            #expect(read.origin(of: setting) == .byDefault)
        }
    }

    @Test(arguments: [
        (["8001", "8002", "8003"], 8001, SettingOrigin.flag("--port")),
        ([nil, "8002", "8003"], 8002, .environment("LATCHKEY_SERVER_PORT")),
        ([nil, "", "8003"], 8003, .file("PATH")),
        ([nil, nil, "8003"], 8003, .file("PATH")),
        ([nil, nil, nil], 8080, .byDefault),
    ])
    func `a flag wins over the environment, that over the file, that over the default`(
        values: [String?],
        port: Int,
        origin: SettingOrigin
    ) async throws {
        let file = try TemporaryFile(values[2].map { #"{"server": {"port": \#($0)}}"# } ?? "{}")
        var reader = SettingsReader(configurationFile: file.path)
        reader.flags["server.port"] = values[0]
        reader.environment["LATCHKEY_SERVER_PORT"] = values[1]
        let read = try await reader.read()
        #expect(read.settings.server.port == port)
        let setting = try #require(Setting.table.first { $0.key == "server.port" })
        #expect(read.origin(of: setting).description == origin.description.replacing("PATH", with: file.path))
    }

    @Test func `every setting is read from its own variable and its own key`() async throws {
        for (key, text) in otherValues {
            let setting = try #require(Setting.table.first { $0.key == key })
            let environment = [setting.environment: text].merging(companions[key] ?? [:]) { $1 }
            let read = try await SettingsReader(environment: environment).read()
            #expect(setting.show(read.settings) == text)
            #expect(read.origin(of: setting) == .environment(setting.environment))
            let others = Setting.table.filter { $0.key != key && companions[key]?[$0.environment] == nil }
            #expect(others.allSatisfy { $0.show(read.settings) == $0.byDefault }, "\(key) changes another setting")
        }
        #expect(Set(otherValues.keys) == Set(Setting.table.map(\.key)), "a setting has no value to try here")
    }

    @Test(arguments: [
        ("LATCHKEY_SERVER_PROT", "LATCHKEY_SERVER_PROT is no setting. Did you mean LATCHKEY_SERVER_PORT?"),
        ("LATCHKEY_CONFIGG", "LATCHKEY_CONFIGG is no setting. Did you mean LATCHKEY_CONFIG?"),
        ("LATCHKEY_SOMETHING_ELSE_ALTOGETHER", "LATCHKEY_SOMETHING_ELSE_ALTOGETHER is no setting."),
        ("LATCHKEY_\u{1B}[2J", #"LATCHKEY_\u001b[2J is no setting."#),
    ])
    func `an unknown variable is an error that names the nearest setting`(name: String, problem: String) async {
        await #expect(problems(of: SettingsReader(environment: [name: "1", "PATH": "/bin"])) == [problem])
        await #expect(problems(of: SettingsReader(environment: [name: ""])) == [], "an empty variable is an unset one")
    }

    @Test func `an unknown key of the file is an error that names the nearest setting`() async throws {
        let file = try TemporaryFile(#"{"server": {"base_path": "/a"}, "colour": "red"}"#)
        let found = await problems(of: SettingsReader(configurationFile: file.path))
        #expect(
            found == [
                "colour in \(file.path) is no setting.",
                "server.base_path in \(file.path) is no setting. Did you mean server.base-path?",
            ]
        )
    }

    @Test(arguments: badValues)
    func `a value that is not allowed is an error that names key, place and what is allowed`(
        key: String,
        value: String
    ) async throws {
        let setting = try #require(Setting.table.first { $0.key == key })
        let problem = "\(key) is \(quoted(value)) (from \(setting.environment)); allowed is \(setting.allowed)."
        await #expect(problems(of: SettingsReader(environment: [setting.environment: value])) == [problem])
    }

    @Test func `an empty flag is no unset one`() async {
        let found = await problems(of: SettingsReader(flags: ["server.host": ""]))
        #expect(found == [#"server.host is "" (from --host); allowed is an IP address or a host's name."#])
    }

    @Test func `all problems are named at once`() async {
        let environment = [
            "LATCHKEY_SERVER_PORT": "x", "LATCHKEY_LOG_LEVEL": "loud", "LATCHKEY_NOPE": "1",
        ]
        #expect(await problems(of: SettingsReader(environment: environment)).count == 3)
    }

    @Test(arguments: [
        (["LATCHKEY_TLS_CERTIFICATE": "a.pem"], "tls.key is not set"),
        (["LATCHKEY_TLS_KEY": "a.pem"], "tls.certificate is not set"),
        (["LATCHKEY_TLS_HSTS": "1d"], "tls.hsts is set"),
        (["LATCHKEY_METRICS_PORT": "8080"], "server.port and metrics.port are both 8080"),
    ])
    func `settings that contradict each other are an error`(environment: [String: String], words: String) async {
        let found = await problems(of: SettingsReader(environment: environment))
        #expect(found.count == 1)
        #expect(found.first?.contains(words) == true)
    }

    @Test func `two ports that are both to be free ones are no contradiction`() async throws {
        let environment = ["LATCHKEY_SERVER_PORT": "0", "LATCHKEY_METRICS_PORT": "0"]
        #expect(try await SettingsReader(environment: environment).read().settings.server.metricsPort == 0)
    }
}

/// What is wrong, or nothing.
func problems(of reader: SettingsReader) async -> [String] {
    do throws(SettingsError) {
        _ = try await reader.read()
        return []
    } catch {
        return error.problems
    }
}

/// For each setting a value that is not the default, as `config explain` shows it.
private let otherValues = [
    "data.directory": "/var/lib/latchkey", "keys.file": "/etc/latchkey.keys",
    "store.url": "postgres://latchkey@db.example.com/latchkey", "server.host": "::1",
    "server.port": "0", "server.threads": "3", "server.base-path": "/v2",
    "server.public-url": "https://tokens.example.com", "server.trusted-proxies": "10.0.0.0/8,::1",
    "tls.certificate": "c.pem", "tls.key": "k.pem", "tls.hsts": "730d",
    "cors.origins": "https://a.example,https://b.example:8443",
    "guard.allow-preflight": "true",
    "tokens.lifetime": "90m", "tokens.secret-digits": "39", "passwords.minimum-length": "8",
    "passwords.blocklist-file": "words", "passwords.hash-threads": "2", "passwords.queue": "10",
    "passwords.memory": "65536", "passwords.iterations": "3", "throttling.enabled": "false", "metrics.port": "9090",
    "web.session-idle": "10m", "web.session-lifetime": "8h",
    "log.level": "debug",
    "log.format": "json", "limits.connections-per-address": "7", "limits.connections": "10",
    "limits.connection-age": "10m", "limits.idle-time": "20s",
    "limits.handshake-time": "3s", "limits.header-time": "4s", "limits.request-time": "6s",
    "limits.header-size": "1000", "limits.header-fields": "20", "limits.target-size": "1001",
    "limits.body-size": "1002", "limits.drain-size": "1003", "limits.drain-time": "2s", "limits.streams": "5",
    "limits.stop-time": "1s",
]

/// What must be set as well for a value to make sense.
private let companions = [
    "tls.certificate": ["LATCHKEY_TLS_KEY": "k"], "tls.key": ["LATCHKEY_TLS_CERTIFICATE": "c"],
    "tls.hsts": ["LATCHKEY_TLS_KEY": "k", "LATCHKEY_TLS_CERTIFICATE": "c"],
]

private let badValues: [(String, String)] = [
    ("server.port", "65536"), ("server.port", "-1"), ("server.port", "+1"), ("server.port", "80 "),
    ("server.port", "٨٠"),
    ("server.port", "99999999999999999999"), ("server.port", "http"), ("server.threads", "0"),
    ("server.threads", "off"),
    ("server.host", "a b"), ("server.host", "http://a"), ("server.base-path", "/"), ("server.base-path", "api"),
    ("server.base-path", "/api/"), ("server.base-path", "/a//b"), ("server.base-path", "/a/../b"),
    ("server.base-path", "/a?b"), ("server.base-path", "/:id"), ("server.public-url", "tokens.example.com"),
    ("server.public-url", "ftp://a"), ("server.public-url", "https://"), ("server.public-url", "https://a/?b"),
    ("server.public-url", "https://u@a"), ("server.trusted-proxies", "10.0.0.1/8"),
    ("server.trusted-proxies", "10.0.0.0/8,"), ("server.trusted-proxies", "proxy.example"), ("tls.hsts", "0s"),
    ("tls.hsts", "31536000"), ("cors.origins", "example.com"),
    ("cors.origins", "https://a.example/"), ("cors.origins", "https://A.example"),
    ("cors.origins", "*,https://a.example"),
    ("cors.origins", "https://a.example,"), ("cors.origins", "null"), ("tokens.lifetime", "0"),
    ("tokens.lifetime", "0s"),
    ("tokens.lifetime", "-1d"), ("tokens.lifetime", "365"), ("tokens.lifetime", "1y"), ("tokens.lifetime", "3651d"),
    ("tokens.lifetime", "500ms"), ("tokens.secret-digits", "30"), ("tokens.secret-digits", "65"),
    ("passwords.minimum-length", "0"), ("passwords.memory", "19455"), ("passwords.iterations", "1"),
    ("throttling.enabled", "no"), ("metrics.port", "none"), ("log.level", "INFO"), ("log.format", "xml"),
    ("limits.body-size", "16k"),
    ("limits.stop-time", "0s"), ("limits.connections", "0"), ("log.level", "info\nfake=1"),
]
