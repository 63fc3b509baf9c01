import Foundation
import Testing

@testable import latchkey

struct ConfigurationDocumentTests {
    @Test func `the documentation lists exactly the settings there are, with their defaults`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "Docs/configuration.md"), encoding: .utf8)
        let rows = document.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let wanted = Setting.table.map { setting in
            let flag = setting.flag.map { " `\($0)`" } ?? ""
            let byDefault = setting.byDefault.contains(" ") ? setting.byDefault : "`\(setting.byDefault)`"
            return "| `\(setting.key)`\(flag) | \(byDefault) | \(setting.allowed) | \(setting.meaning) |"
        }
        #expect(rows.map(String.init) == wanted)
    }

    @Test func `no two settings share a key or a variable`() {
        #expect(Set(Setting.table.map(\.key)).count == Setting.table.count)
        #expect(Set(Setting.table.map(\.environment)).count == Setting.table.count)
        #expect(!Setting.table.map(\.environment).contains(SettingsReader.fileVariable))
    }
}
