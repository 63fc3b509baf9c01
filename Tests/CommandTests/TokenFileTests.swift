import Foundation
import Testing

@testable import latchkey

struct TokenFileTests {
    private let token = "bus|1665086295388x405886519539808060|4343434343434x434343434343434343"

    @Test func `a token is written for its owner alone and read back`() throws {
        let place = TemporaryFile()
        let file = TokenFile(path: place.path)
        #expect(try file.read() == nil)
        for text in [token, token + "1"] {
            try file.checkReplaceable()
            try file.replace(with: text)
            #expect(try file.read() == text)
            #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == Data(text.utf8))
            let mode = try FileManager.default.attributesOfItem(atPath: place.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        try file.replace(with: "bus|a")
        #expect(try file.read() == "bus|a")
    }

    @Test(arguments: ["\n", "\r\n", ""])
    func `a line's end after the token is none of it`(end: String) throws {
        let place = try TemporaryFile(token + end)
        #expect(try TokenFile(path: place.path).read() == token)
    }

    @Test(arguments: [
        "root:x:0:0", "bus", "bus|a b", "bus|a\nbus|b", "bus|\u{0}", "bus|" + String(repeating: "1", count: 600),
    ])
    func `a file with anything else in it is refused`(text: String) throws {
        let place = try TemporaryFile(text)
        #expect(throws: TokenFileError.self) { try TokenFile(path: place.path).read() }
    }

    @Test func `what cannot be replaced is known before, and nothing is left behind`() throws {
        let folder = TemporaryFile()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
        for path in [folder.path, folder.path + "/", folder.path + "/none/token", ""] {
            #expect(throws: TokenFileError.self) { try TokenFile(path: path).checkReplaceable() }
            #expect(throws: TokenFileError.self) { try TokenFile(path: path).replace(with: token) }
        }
        let file = TokenFile(path: folder.path + "/token")
        try file.checkReplaceable()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        try file.replace(with: token)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["token"])
    }
}
