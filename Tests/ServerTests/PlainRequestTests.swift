import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Server

/// What is answered ahead of the decoder is answered as the decoder and the gate behind it would.
struct PlainRequestTests {
    private static let alive = "GET /health/alive HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func guarded(_ token: String) -> String {
        "GET /guard/auth-request?scope=read&role=member HTTP/1.1\r\nHost: a\r\nX-Original-URI: /?a=b\r\n"
            + "Authorization: Bearer \(token)\r\n\r\n"
    }

    private static func status(_ token: String) -> String {
        "GET \(GoldenAnswerTests.status) HTTP/1.1\r\nHost: api.example.com:8080\r\nAccept: */*\r\n"
            + "Connection: keep-alive\r\nauthorization:  Bearer \(token)\r\nOrigin: https://example.org\r\n\r\n"
    }

    /// Bytes that mean something to a header, so that a mutation hits a rule more often than chance would.
    private static let telling = Array("\r\n\t :,;/?#%\u{0}\u{7F}\u{80}|GETPOSHhox019-".utf8)

    private func mutated(_ text: String, _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let position = Int.random(in: bytes.indices, using: &generator)
            let byte = Self.telling.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[position] = byte
            case 1: bytes.insert(byte, at: position)
            case 2: bytes.remove(at: position)
            case 3:
                let extra = Self.lines.randomElement(using: &generator) ?? ""
                let line = bytes[..<position].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? position
                bytes.insert(contentsOf: Array(extra.utf8), at: line)
            default: bytes.swapAt(position, Int.random(in: bytes.indices, using: &generator))
            }
        }
        return bytes
    }

    private static let lines = [
        "Host: b\r\n", "Content-Length: 0\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
        "Expect: x\r\n",
        "Connection: close\r\n", "connection: Keep-Alive\r\n", "Upgrade: h2c\r\n", "Early-Data: 1\r\n", " folded\r\n",
        "Authorization: Bearer x\r\n", "Authorization: Basic eDp5\r\n", "Origin: null\r\n", "X-Empty:\r\n",
        "X: \u{E9}\r\n", "\r\n",
        "Content-Encoding: gzip\r\n",
    ]

    @Test(arguments: [CORSPolicy.anyOrigin, .origins(["https://example.org"])])
    func `10,000 mutated requests get the answer without the decoder that they get with it`(_ cors: CORSPolicy)
        async throws
    {
        let seed = try await SeededStore.shared.value
        let account = try await seed.signedIn()
        var generator = SeededGenerator(seed: 20_261_122)
        let loop = try EdgeRig(seed, cors: cors)
        defer { loop.finish() }
        let originals = [Self.alive, Self.status(account.token), Self.guarded(account.token)]
        var plain = 0
        for number in 0..<5_000 {
            let bytes = mutated(originals[number % 3], &generator)
            guard isPlain(bytes, loop) else { continue }
            plain += 1
            let whole = try EdgeRig(seed, cors: cors, beside: loop)
            let pieces = try EdgeRig(seed, cors: cors, beside: loop)
            defer {
                whole.finish()
                pieces.finish()
            }
            try whole.send(bytes)
            // A first read shows its target, which decides who may read a refusal.
            let end = bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
            try pieces.send(Array(bytes[..<end]))
            try pieces.send(Array(bytes[end...]))
            let text = String(decoding: bytes, as: UTF8.self).debugDescription
            #expect(WireAnswer.comparable(whole.takeText()) == WireAnswer.comparable(pieces.takeText()), "\(text)")
            #expect(whole.ending == pieces.ending, "\(text)")
            #expect(whole.router.heads == pieces.router.heads, "\(text)")
            #expect(whole.router.ends == pieces.router.ends, "\(text)")
        }
        #expect(plain > 1_500, "enough of them need no decoder")
    }

    private func isPlain(_ bytes: [UInt8], _ rig: EdgeRig) -> Bool {
        bytes.withUnsafeBytes { PlainRequest($0, rig.site) } != nil
    }

    @Test func `limits hold for a request that needs no decoder`() async throws {
        let rig = try EdgeRig(try await SeededStore.shared.value)
        defer { rig.finish() }
        func isPlain(_ bytes: [UInt8]) -> Bool { self.isPlain(bytes, rig) }
        func request(_ fields: String) -> [UInt8] {
            Array("GET /health/alive HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
        }
        #expect(isPlain(request("")))
        #expect(isPlain(request(String(repeating: "a: b\r\n", count: 127))))
        #expect(!isPlain(request(String(repeating: "a: b\r\n", count: 128))))
        #expect(!isPlain(request("a: " + String(repeating: "b", count: 32 * 1024) + "\r\n")))
        #expect(!isPlain(Array("GET /health/alive HTTP/1.1\r\n\r\n".utf8)), "no Host")
        #expect(!isPlain([]))
    }

    // MARK: A read passes the decoder by only between two requests

    @Test func `a body that looks like a request is a body`() async throws {
        let seed = try await SeededStore.shared.value
        let rig = try EdgeRig(seed)
        defer { rig.finish() }
        try rig.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.alive.utf8.count)\r\n\r\n")
        try rig.send(Self.alive)
        #expect(rig.takeText() == "")
        #expect(rig.router.body == Self.alive)
        rig.router.answer(.ok, "x")
        try rig.send(Self.alive)
        #expect(try rig.takeAnswers().map(\.body) == ["x", #"{"status":"alive"}"#])
    }

    @Test(arguments: [
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "GET /x HTTP/1.1\r\nHos", "\r\n\r\n", "\r\n",
    ])
    func `what the decoder holds back is not jumped over`(_ start: String) async throws {
        let seed = try await SeededStore.shared.value
        let whole = try EdgeRig(seed)
        let decoded = try EdgeRig(seed)
        defer {
            whole.finish()
            decoded.finish()
        }
        try whole.send(Self.alive + start)
        try whole.send(Self.alive)
        try decoded.send(Self.alive + start + Self.alive)
        #expect(WireAnswer.comparable(whole.takeText()) == WireAnswer.comparable(decoded.takeText()))
        #expect(whole.router.body == decoded.router.body)
        #expect(whole.router.heads == decoded.router.heads)
    }
}

extension WireAnswer {
    /// Output without what a clock put there.
    fileprivate static func comparable(_ text: String) -> String {
        text.components(separatedBy: "\r\n").filter { !$0.hasPrefix("Date: ") }.joined(separator: "\r\n")
            .replacing(#/"expires":\d+/#, with: #""expires":SECONDS"#)
    }
}
