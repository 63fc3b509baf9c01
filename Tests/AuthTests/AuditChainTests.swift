import Auth
import Crypto
import Testing

struct AuditChainTests {
    let chain = AuditChain(key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
    let events = (1...4).map { number in
        AuditDraft(
            .tokenGenerated,
            by: AuditSource(actor: "account:\(number)", address: "192.0.2.\(number)", agent: "curl"),
            detail: "d"
        )
    }

    @Test func `the same events have the same codes`() {
        #expect(codes(of: events) == codes(of: events))
        #expect(codes(of: events).allSatisfy { $0.count == 32 })
    }

    @Test func `another key makes other codes`() {
        let other = AuditChain(key: SymmetricKey(data: [UInt8](repeating: 8, count: 32)))
        let at = Timestamp(milliseconds: 1)
        #expect(
            other.mac(after: [], account: 1, n: 1, at: at, draft: events[0])
                != chain.mac(after: [], account: 1, n: 1, at: at, draft: events[0])
        )
    }

    @Test func `every field of an event is covered`() {
        let at = Timestamp(milliseconds: 1000)
        func draft(
            _ kind: AuditDraft.Kind = .tokenGenerated,
            actor: String = "a",
            address: String = "b",
            agent: String = "c",
            detail: String = "d"
        ) -> AuditDraft {
            AuditDraft(kind, by: AuditSource(actor: actor, address: address, agent: agent), detail: detail)
        }
        let codes = [
            chain.mac(after: [], account: 1, n: 1, at: at, draft: draft()),
            chain.mac(after: [0], account: 1, n: 1, at: at, draft: draft()),
            chain.mac(after: [], account: 2, n: 1, at: at, draft: draft()),
            chain.mac(after: [], account: 1, n: 2, at: at, draft: draft()),
            chain.mac(after: [], account: 1, n: 1, at: Timestamp(milliseconds: 1001), draft: draft()),
            chain.mac(after: [], account: 1, n: 1, at: at, draft: draft(.tokenRevoked)),
            chain.mac(after: [], account: 1, n: 1, at: at, draft: draft(actor: "A")),
            chain.mac(after: [], account: 1, n: 1, at: at, draft: draft(address: "B")),
            chain.mac(after: [], account: 1, n: 1, at: at, draft: draft(agent: "C")),
            chain.mac(after: [], account: 1, n: 1, at: at, draft: draft(detail: "D")),
            // The same characters, cut elsewhere.
            chain.mac(after: [], account: 1, n: 1, at: at, draft: draft(actor: "ab", address: "")),
            chain.mac(after: [], account: 1, n: 1, at: at, draft: draft(agent: "cd", detail: "")),
        ]
        #expect(Set(codes).count == codes.count)
    }

    @Test func `an edited, dropped or reordered event changes every code from there on`() {
        let original = codes(of: events)
        var edited = events
        edited[1] = AuditDraft(
            .tokenGenerated,
            by: AuditSource(actor: "account:2", address: "192.0.2.9", agent: "curl"),
            detail: "d"
        )
        var dropped = events
        dropped.remove(at: 1)
        var reordered = events
        reordered.swapAt(1, 2)
        for changed in [edited, dropped, reordered] {
            let codes = codes(of: changed)
            #expect(codes[0] == original[0])
            for position in 1..<codes.count { #expect(codes[position] != original[position]) }
        }
    }

    @Test func `a source is cut at 256 bytes and holds no control characters`() {
        let long = AuditSource(
            actor: String(repeating: "é", count: 200),
            address: "a\r\nb\u{0}",
            agent: "\u{1B}[2J\u{9B}x"
        )
        #expect(long.actor == String(repeating: "é", count: 128))
        #expect(long.address == "a  b ")
        #expect(long.agent == " [2J x")
        #expect(AuditSource(actor: long.actor, address: long.address, agent: long.agent) == long)
    }

    private func codes(of events: [AuditDraft]) -> [[UInt8]] {
        var codes: [[UInt8]] = []
        for (index, event) in events.enumerated() {
            codes.append(
                chain.mac(
                    after: codes.last ?? [],
                    account: 42,
                    n: Int64(index + 1),
                    at: Timestamp(milliseconds: 1000),
                    draft: event
                )
            )
        }
        return codes
    }
}
