import Foundation
import Server
import Testing

@testable import latchkey

struct SettingsCheckTests {
    @Test func `the defaults are beyond reproach`() {
        let check = SettingsCheck(Settings())
        #expect(check.problems == [])
        #expect(check.warnings == [])
    }

    @Test func `a file that is missing or of another kind is a problem`() throws {
        let other = try TemporaryFile("no PEM")
        var settings = Settings()
        settings.tlsCertificate = "/no/such/file"
        settings.tlsKey = other.path
        settings.passwordBlocklistFile = "/no/such/list"
        settings.keysFile = other.path
        let problems = SettingsCheck(settings).problems
        #expect(problems.count == 4)
        for (problem, key) in zip(problems, ["tls.certificate", "tls.key", "passwords.blocklist-file", "keys.file"]) {
            #expect(problem.hasPrefix("\(key): "))
        }
    }

    @Test(arguments: [(7, true), (8, false)])
    func `a minimum length below 8 is warned of`(length: Int, isWarned: Bool) {
        var settings = Settings()
        settings.passwordMinimumLength = length
        #expect(SettingsCheck(settings).warnings.isEmpty != isWarned)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.1.2.3", true), ("::1", true), ("localhost", true), ("0.0.0.0", false), ("::", false),
        ("127.0.0.1.example.com", false), ("127.0.0.256", false), ("127.0.0", false), ("10.0.0.1", false),
        ("1270.0.1.1", false),
    ])
    func `loopback is what only this machine reaches`(host: String, isLoopback: Bool) {
        var settings = Settings()
        settings.server.host = host
        #expect(settings.listensOnLoopback == isLoopback)
        #expect(SettingsCheck(settings).warnings.isEmpty == isLoopback)
    }
}
