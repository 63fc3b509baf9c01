import ArgumentParser

/// How results are printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case text, json
}

/// `--output`, for every command that has a result.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How to print results.", valueName: "text|json"))
    var output = OutputFormat.text

    /// Prints one result; `text` nil when there is nothing but words to say.
    func print(_ json: JSONText, text: String?) throws {
        switch output {
        case .json: try StandardStream.output.write("\(json)\n")
        case .text:
            if let text { try StandardStream.output.write(text + "\n") }
        }
    }
}
