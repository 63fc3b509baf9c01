import Logging
import Server
import Testing

@testable import latchkey

struct ServeNoticesTests {
    @Test(arguments: [
        ("latchkey-data", nil, "latchkey account add you@example.com --role admin"),
        ("/srv/my data", nil, "latchkey account add you@example.com --role admin --data '/srv/my data'"),
        ("it's", "a.json", "latchkey account add you@example.com --role admin --data 'it'\\''s' --config a.json"),
    ])
    func `without an account the line to type is the one that works`(data: String, file: String?, line: String) {
        let words = notices(data, file, hasNoAccount: true).nextSteps(at: "http://127.0.0.1:8080")
        #expect(words.split(separator: "\n").contains { $0.drop { $0 == " " } == line })
    }

    @Test func `with an account there is nothing to say`() {
        #expect(notices("latchkey-data", nil, hasNoAccount: false).nextSteps(at: "http://127.0.0.1:8080") == "")
    }

    @Test func `development prints a curl line for the real address`() {
        let words = notices("latchkey-dev", nil, isDevelopment: true).nextSteps(at: "http://127.0.0.1:4711")
        let curl = """
            curl --location 'http://127.0.0.1:4711/api/1.1/wf/api-token-generate' \
            --form 'email="example@personr.co"' --form 'password="example123"'
            """
        #expect(words.split(separator: "\n").contains { $0.drop { $0 == " " } == curl })
        #expect(words.contains("latchkey account list --data latchkey-dev"))
    }

    @Test func `the line for programs is one object`() {
        #expect(
            notices("d", nil, output: .json).line(url: "http://127.0.0.1:1", metricsURL: nil)
                == #"{"status":"listening","url":"http://127.0.0.1:1","metrics_url":null}"#
        )
        #expect(
            notices("d", nil).line(url: "http://127.0.0.1:1", metricsURL: nil)
                == "Latchkey listens on http://127.0.0.1:1"
        )
    }

    private func notices(
        _ data: String,
        _ file: String?,
        output: OutputFormat = .text,
        isDevelopment: Bool = false,
        hasNoAccount: Bool = false
    ) -> ServeNotices {
        var settings = Settings()
        settings.dataDirectory = data
        return ServeNotices(
            settings: settings,
            configurationFile: file,
            output: output,
            isDevelopment: isDevelopment,
            hasNoAccount: hasNoAccount,
            program: "latchkey",
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }
}
