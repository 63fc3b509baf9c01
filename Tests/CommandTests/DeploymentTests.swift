import Auth
import Foundation
import Testing

@testable import latchkey

struct DeploymentTests {
    private let place = TemporaryFile()

    private var settings: Settings {
        var settings = Settings()
        settings.dataDirectory = place.path
        return settings
    }

    @Test func `keys are made for a new store, and again while it has never had an account`() async throws {
        let keys = try await Deployment.open(settings, .new).keysPath
        #expect(keys == place.path + "/latchkey.keys")
        try FileManager.default.removeItem(atPath: keys)
        _ = try await Deployment.open(settings, .existing)
        #expect(FileManager.default.fileExists(atPath: keys))
    }

    @Test func `missing keys beside a store in use are an error, and none are made`() async throws {
        let deployment = try await Deployment.open(settings, .new)
        _ = try await deployment.makeAccounts().add(
            EmailAddress("ann@example.com"),
            password: nil,
            role: .member,
            by: .commandLine
        )
        try FileManager.default.removeItem(atPath: deployment.keysPath)
        for beginning in [Deployment.Beginning.new, .existing] {
            await #expect(throws: KeyFileError.missing(path: deployment.keysPath)) {
                try await Deployment.open(settings, beginning)
            }
        }
        #expect(!FileManager.default.fileExists(atPath: deployment.keysPath))
    }

    @Test func `only a command that begins something makes the data directory`() async {
        await #expect(throws: (any Error).self) { try await Deployment.open(settings, .existing) }
        #expect(!FileManager.default.fileExists(atPath: place.path))
    }

    @Test func `the keys may lie elsewhere`() async throws {
        let elsewhere = TemporaryFile()
        var settings = settings
        settings.keysFile = elsewhere.path
        _ = try await Deployment.open(settings, .new)
        #expect(FileManager.default.fileExists(atPath: elsewhere.path))
        #expect(!FileManager.default.fileExists(atPath: place.path + "/latchkey.keys"))
    }

    @Test func `the development account is made once, with the manual's own password`() async throws {
        let deployment = try await Deployment.open(settings, .new)
        let hasher = try deployment.makeHasher()
        for _ in 0..<2 { try await DevelopmentAccount.make(in: deployment, hasher) }
        let generated = try await deployment.makeAuthority(hasher).generate(
            email: "example@personr.co",
            password: Password("example123"),
            source: RequestSource(address: IPAddress("127.0.0.1"), agent: "test")
        )
        #expect(generated.expiresInSeconds == 31_536_000)
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `every account is visited once, over any number of pages`(size: Int) async throws {
        let deployment = try await Deployment.open(settings, .new)
        let accounts = try deployment.makeAccounts()
        let count = 6
        for number in 0..<count {
            _ = try await accounts.add(
                EmailAddress("a\(number)@example.com"),
                password: nil,
                role: .member,
                by: .commandLine
            )
        }
        var emails: [String] = []
        try await AccountPages(store: deployment.store, size: size).forEach { page in
            #expect(page.count <= size)
            emails += page.map(\.email.key)
        }
        #expect(emails.count == count)
        #expect(Set(emails).count == count)
        #expect(emails == emails.sorted())
    }
}
