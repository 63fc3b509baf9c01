import Foundation

/// A file or directory of one test, gone with it.
final class TemporaryFile {
    let path: String

    init(_ text: String) throws {
        path = TemporaryFile.freshPath()
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// A name with nothing there yet.
    init() {
        path = TemporaryFile.freshPath()
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func freshPath() -> String {
        FileManager.default.temporaryDirectory.path + "/latchkey-\(UUID().uuidString)"
    }
}
