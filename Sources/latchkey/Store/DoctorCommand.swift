import ArgumentParser

/// `latchkey doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tell what is wrong with the store and its settings.",
        discussion: """
            Looks at what the promises depend on: that an answered token is on the disk, that no node accepts a token that \
            another has ended, that the keys are nobody else's. Changes nothing. Exits with 2 when something is wrong; a \
            warning alone is no failure.

              latchkey doctor
              latchkey doctor --store postgres://latchkey@db.example.com/latchkey
            """
    )

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let settings = try await options.read().settings
        var diagnosis = Diagnosis()
        diagnosis.examineStore(settings)
        diagnosis.examineKeys(settings)
        await diagnosis.examineHashing(settings)
        try output.print(
            .object([
                "status": .text(diagnosis.isHealthy ? "ok" : "failed"),
                "findings": .list(diagnosis.findings.map(\.json)),
            ]),
            text: diagnosis.findings.map(\.text).joined(separator: "\n")
        )
        guard diagnosis.isHealthy else {
            throw CommandFailure(words: "Something is wrong; the lines that begin with \"wrong\" say what to do.")
        }
    }
}

/// What was found, each finding judged.
struct Diagnosis {
    private(set) var findings: [Finding] = []

    struct Finding: Equatable {
        let judgement: Judgement
        let subject: String
        let words: String

        enum Judgement: String {
            case good, warning, wrong
        }

        var json: JSONText {
            .object(["judgement": .text(judgement.rawValue), "subject": .text(subject), "words": .text(words)])
        }

        var text: String {
            let word = judgement.rawValue + String(repeating: " ", count: 7 - judgement.rawValue.count)
            return "\(word)  \(subject): \(shown(words))"
        }
    }

    var isHealthy: Bool { !findings.contains { $0.judgement == .wrong } }

    mutating func add(_ judgement: Finding.Judgement, _ subject: String, _ words: String) {
        findings.append(Finding(judgement: judgement, subject: subject, words: words))
    }
}
