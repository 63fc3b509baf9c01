import Foundation
import Logging
import Server

/// What `serve` says once it listens: one line for programs on standard output, the next steps for people.
struct ServeNotices: Sendable {
    let settings: Settings
    /// What `--config` said, which the commands printed need as well.
    let configurationFile: String?
    /// What `--store` said; nil when there was none.
    var storeFlag: String?
    let output: OutputFormat
    let isDevelopment: Bool
    let hasNoAccount: Bool
    /// How the program was called, so that the lines to type work where they are read.
    var program = CommandLine.arguments.first ?? "latchkey"
    let logger: Logger

    @Sendable func listening(_ listening: TokenServer.Listening) {
        logger.info(
            "listening",
            metadata: [
                "url": "\(listening.url)", "metrics": "\(listening.metricsURL ?? "off")",
                "store": "\(settings.store?.description ?? settings.dataDirectory)",
            ]
        )
        // Words first: whoever waits for the line on standard output finds them there.
        let words = nextSteps(at: listening.url)
        if !words.isEmpty {
            // A log of JSON lines stays one.
            let sentence = words.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
            if settings.logFormat == .json { logger.notice("\(sentence)") } else { say(words) }
        }
        do {
            try StandardStream.output.write(line(url: listening.url, metricsURL: listening.metricsURL) + "\n")
        } catch {
            // Whoever started the server may have closed the pipe; serving does not depend on it.
            logger.warning("the address could not be printed", metadata: ["reason": "\(error)"])
        }
    }

    func line(url: String, metricsURL: String?) -> String {
        switch output {
        case .text: "Latchkey listens on \(url)"
        case .json:
            JSONText.object([
                "status": .text("listening"), "url": .text(url),
                "metrics_url": .optional(metricsURL),
            ]).description
        }
    }

    func nextSteps(at url: String) -> String {
        var place =
            settings.dataDirectory == Settings().dataDirectory ? "" : " --data \(shellWord(settings.dataDirectory))"
        if let storeFlag { place += " --store \(shellWord(storeFlag))" }
        if let configurationFile { place += " --config \(shellWord(configurationFile))" }
        if isDevelopment {
            let url = settings.server.publicURL ?? url
            return """

                Get a token:

                  curl --location '\(url)\(settings.server.basePath)/api-token-generate' --form 'email="\(DevelopmentAccount.email)"' --form 'password="\(DevelopmentAccount.password)"'

                Look at the accounts, and add your own, in another terminal:

                  \(shellWord(program)) account list\(place)
                  \(shellWord(program)) account add you@example.com\(place)

                """
        }
        guard hasNoAccount else { return "" }
        return """

            There is no account yet. Add the first one in another terminal:

              \(shellWord(program)) account add you@example.com --role admin\(place)

            """
    }
}

/// A word for a POSIX shell, quoted where it must be.
func shellWord(_ text: String) -> String {
    let plain =
        !text.isEmpty
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: "/._-+,:@%".utf8.contains(byte)
            }
        }
    return plain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}
