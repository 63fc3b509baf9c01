import EmbeddedFiles

extension EmbeddedFolder {
    /// One file of a folder.
    struct File {
        let name: String
        let bytes: UnsafeBufferPointer<UInt8>

        var text: String { String(decoding: bytes, as: UTF8.self) }
        /// The name without its last extension.
        var stem: String { name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name }
    }

    static var templates: [File] { embeddedTemplates().all }
    static var assets: [File] { embeddedAssets().all }
    static var docs: [File] { embeddedDocs().all }

    /// The bytes are the binary's own and stay as long as the process.
    var all: [File] {
        UnsafeBufferPointer(start: files, count: count).map { file in
            File(
                name: String(cString: file.name),
                bytes: UnsafeBufferPointer(start: file.bytes, count: file.count)
            )
        }
    }
}
