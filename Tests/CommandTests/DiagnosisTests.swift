import Foundation
import Testing

@testable import latchkey

struct DiagnosisTests {
    private let place = TemporaryFile()

    private var settings: Settings {
        var settings = Settings()
        settings.dataDirectory = place.path
        return settings
    }

    @Test func `a fresh installation is healthy, but for keys beside the database`() async throws {
        _ = try await Deployment.open(settings, .new)
        var diagnosis = Diagnosis()
        diagnosis.examineStore(settings)
        diagnosis.examineKeys(settings)
        #expect(diagnosis.isHealthy)
        #expect(diagnosis.findings.map(\.subject) == ["data directory", "schema", "key file"])
        #expect(diagnosis.findings.map(\.judgement) == [.good, .good, .warning])
    }

    @Test func `no directory and no keys are wrong`() {
        var diagnosis = Diagnosis()
        diagnosis.examineStore(settings)
        diagnosis.examineKeys(settings)
        #expect(diagnosis.findings.map(\.judgement) == [.wrong, .wrong])
        #expect(!diagnosis.isHealthy)
    }

    @Test func `keys that others may read are wrong`() async throws {
        let deployment = try await Deployment.open(settings, .new)
        #expect(chmod(deployment.keysPath, 0o644) == 0)
        var diagnosis = Diagnosis()
        diagnosis.examineKeys(settings)
        #expect(diagnosis.findings.map(\.judgement) == [.wrong])
    }

    @Test func `hashing is timed`() async {
        var diagnosis = Diagnosis()
        await diagnosis.examineHashing(Settings())
        #expect(diagnosis.findings.map(\.subject) == ["passwords"])
        #expect(diagnosis.findings.first?.words.contains(" ms ") == true)
    }
}
