import Foundation
import ParsingProperties
import Testing

/// The fuzzer's corpora and what it once found, without the fuzzer.
struct CorpusTests {
    static let fuzz = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fuzz").standardized

    struct Input: CustomTestStringConvertible {
        let property: ParsingProperty
        let file: URL

        var testDescription: String { "\(property.rawValue)/\(file.lastPathComponent)" }
    }

    static func files(_ folder: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: fuzz.appending(path: folder), includingPropertiesForKeys: nil)
            .filter { !$0.lastPathComponent.hasPrefix(".") }.sorted { $0.path < $1.path }
    }

    /// Empty when a folder cannot be read, which the last test tells.
    static let inputs: [Input] = ParsingProperty.allCases.flatMap { property in
        ["Corpus", "FailCases"].flatMap { kind in
            ((try? files("\(kind)/\(property.rawValue)")) ?? []).map { Input(property: property, file: $0) }
        }
    }

    @Test(arguments: inputs)
    func `a property holds for every input that was kept`(input: Input) throws {
        let bytes = [UInt8](try Data(contentsOf: input.file))
        #expect(throws: Never.self) { try input.property.check(bytes) }
    }

    @Test func `every property has a corpus, and every kept input a property`() throws {
        let names = ParsingProperty.allCases.map(\.rawValue).sorted()
        #expect(try Self.files("Corpus").map(\.lastPathComponent) == names)
        #expect(try Self.files("FailCases").map(\.lastPathComponent) == names)
        for name in names { #expect(Self.inputs.contains { $0.property.rawValue == name }) }
    }
}
