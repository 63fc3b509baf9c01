import Foundation
import Testing

@testable import latchkey

struct ServeFailureTests {
    private struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    @Test(arguments: [
        (
            "bind(descriptor:ptr:bytes:): Address already in use) (errno: \(EADDRINUSE))",
            "Address already in use. Another program listens there; choose another port with --port."
        ),
        (
            "bind: (errno: \(EACCES))",
            "Permission denied. Ports below 1024 are kept for the system; choose another with --port."
        ),
        ("something\u{1B}[2J else", #"something\u001b[2J else."#),
        ("errno: many", "errno: many."),
    ])
    func `a server that cannot run says where and why`(fault: String, words: String) {
        let said = ServeFailure.words(Fault(description: fault), Settings())
        #expect(said == "The server cannot serve on 127.0.0.1, port 8080: \(words)")
    }
}
