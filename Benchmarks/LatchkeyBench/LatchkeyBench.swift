import ArgumentParser
import Foundation

/// What `Scripts/bench` measures with: accounts by the million, loads that no common tool makes, and rates to compare with.
@main
struct LatchkeyBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latchkey-bench",
        abstract: "Seeds data directories and measures; every result is one line of JSON.",
        subcommands: [Seed.self, HashRate.self, OpenLoop.self, SignIn.self, VerifyInside.self]
    )
}

/// A run that cannot give a figure worth reading.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Prints one result as one line, at once: whoever started this may be waiting for it.
func report(_ result: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try FileHandle.standardOutput.write(contentsOf: encoder.encode(result) + Data("\n".utf8))
}
