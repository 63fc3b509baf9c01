import Foundation
import Testing

@testable import latchkey

struct JSONTextTests {
    @Test func `members keep their order`() {
        let json = JSONText.object(["b": .number(-1), "a": .list([.bool(true), .null]), "c": .object([:])])
        #expect(json.description == #"{"b":-1,"a":[true,null],"c":{}}"#)
    }

    @Test func `any text comes back from a JSON reader as it was`() throws {
        let texts = ["\u{0}\u{1F}\"\\/\n\r\t", "é\u{301}", "👩‍👩‍👧", "\u{2028}\u{FEFF}\u{E000}", "\u{10FFFF}", ""]
        let json = JSONText.list(texts.map { .text($0) }).description
        #expect(
            try JSONDecoder().decode([String].self, from: Data(json.utf8)).map { Array($0.utf8) }
                == texts.map { Array($0.utf8) }
        )
        #expect(json.utf8.allSatisfy { $0 >= 0x20 })
    }
}
