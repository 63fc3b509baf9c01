import Auth
import Foundation
import Testing

@testable import latchkey

struct PasswordInputTests {
    @Test(arguments: [
        ("secret", "secret"), ("secret\n", "secret"), ("secret\r\n", "secret"), ("secret\n\n", "secret\n"),
        ("secret\r", "secret\r"), ("  two words \n", "  two words "), ("päss\n", "päss"), ("a\nb\n", "a\nb"),
        ("\nsecret", "\nsecret"),
    ])
    func `one final newline is left out and nothing else`(given: String, password: String) throws {
        #expect(try read(Array(given.utf8)) == password)
    }

    @Test(arguments: [
        ([UInt8](), PasswordInputError.empty), (Array("\n".utf8), .empty), (Array("\r\n".utf8), .empty),
        ([0xFF, 0xFE], .notUTF8), ([0xC0, 0x80], .notUTF8), ([0xED, 0xA0, 0x80], .notUTF8),
        ([UInt8](repeating: 0x61, count: 1025), .tooLong), ([UInt8](repeating: 0x61, count: 60_000), .tooLong),
    ])
    func `no password, none that is text and one too long are refused`(given: [UInt8], error: PasswordInputError) {
        #expect(throws: error) { try read(given) }
    }

    @Test func `a password of the longest length passes with its newline`() throws {
        let longest = [UInt8](repeating: 0x61, count: Password.byteLimit)
        #expect(try read(longest + Array("\r\n".utf8)).utf8.count == Password.byteLimit)
    }

    @Test func `what is no terminal is not asked`() {
        let prompt = PasswordPrompt(terminal: STDIN_FILENO_OfNullDevice.descriptor) { _ in Issue.record("it asked") }
        #expect(throws: PasswordInputError.noTerminal) { try prompt.askTwice("Password: ") }
    }

    private func read(_ bytes: [UInt8]) throws(PasswordInputError) -> String {
        let pipe = Pipe()
        // 60,000 bytes fit into a pipe, so nobody needs to read meanwhile.
        pipe.fileHandleForWriting.write(Data(bytes))
        try? pipe.fileHandleForWriting.close()
        return try PasswordInput.readAll(from: pipe.fileHandleForReading.fileDescriptor)
    }
}

/// A descriptor that is open and no terminal.
private enum STDIN_FILENO_OfNullDevice {
    static let descriptor = open("/dev/null", O_RDONLY)
}
