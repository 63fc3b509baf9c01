import Crypto
import Testing

@testable import Auth

/// The parts of throttling that need no store.
struct ThrottlingRuleTests {
    private let now = Timestamp(milliseconds: 1_795_000_000_000)
    private let keys = AttemptKeys(SymmetricKey(size: .bits256))

    private func record(failures: Int64, secondsAgo: Int64) -> AttemptRecord {
        let time = now.advanced(bySeconds: -secondsAgo)
        return AttemptRecord(
            failures: failures,
            windowStartedAt: time,
            windowFailures: min(failures, 9),
            lastFailedAt: time,
            knownUntil: nil
        )
    }

    @Test func `keys tell spellings of one address from other names, and no key tells its name`() {
        #expect(keys.account("A@Example.com") == keys.account("a@example.com"))
        #expect(keys.account("\u{212A}@example.com") != keys.account("k@example.com"))
        #expect(keys.account("no address") != keys.account("No Address"))
        let account = keys.account("a@example.com")
        #expect(account.account.count == AttemptKeys.length)
        #expect(account.label.count == 32)
        #expect(AttemptKeys(SymmetricKey(size: .bits256)).account("a@example.com") != account)
    }

    @Test func `a source is a /64 or an IPv4 address, of one account`() {
        let account = keys.account("a@example.com")
        func source(_ text: String) -> AttemptKey { keys.source(IPAddress(text), of: account) }
        #expect(source("2001:db8::1") == source("2001:db8::2"))
        #expect(source("2001:db8::1") != source("2001:db8:0:1::1"))
        #expect(source("192.0.2.1") == source("::ffff:192.0.2.1"))
        #expect(source("192.0.2.1") != source("192.0.2.2"))
        #expect(source("192.0.2.1") != keys.source(IPAddress("192.0.2.1"), of: keys.account("b@example.com")))
        #expect(source("192.0.2.1").account == account.account)
    }

    @Test func `no count of failures or pending attempts overflows`() {
        let policy = AttemptPolicy()
        for failures in [0, 4, 5, 99, 100, 1 << 40] as [Int64] {
            for pending in [0, 1, 1 << 40] as [Int64] {
                let standing = policy.standing(record(failures: failures, secondsAgo: 0), pending: pending, at: now)
                #expect((standing == .open) == (failures + pending < 5))
            }
        }
    }

    @Test func `a clock set back keeps nobody out for longer than it was set back`() {
        let future = record(failures: 100, secondsAgo: -3600)
        #expect(AttemptPolicy().standing(future, at: now) == .open)
        #expect(AttemptPolicy().failuresInRow(future, at: now) == 0)
    }

    @Test func `many addresses take bounded memory, and those that failed often are remembered`() throws {
        var policy = AttemptPolicy()
        policy.addresses = 1000
        var addresses = AddressAttempts(policy)
        func range(_ number: UInt32) -> AddressRange { AddressRange(containing: .v4(number), prefixLength: 32) }
        for number in 0..<100 as Range<UInt32> {
            for _ in 0..<20 { _ = addresses.addFailure(range(number), factor: 1, account: 1, at: now) }
        }
        for number in 1000..<21_000 as Range<UInt32> {
            _ = addresses.addFailure(range(number), factor: 1, account: 1, at: now)
        }
        #expect(addresses.count == 1000)
        for number in 0..<100 as Range<UInt32> {
            let excess = addresses.excess(range(number), account: 1, countingPending: false, at: now)
            #expect(excess == .failures(until: now.advanced(bySeconds: 60)))
        }
    }

    @Test func `an address with a pending attempt is not forgotten`() {
        var policy = AttemptPolicy()
        policy.addresses = 10
        var addresses = AddressAttempts(policy)
        let held = AddressRange(containing: .v4(1), prefixLength: 32)
        for _ in 0..<20 { addresses.begin(held, factor: 1, account: 7, at: now) }
        for number in 2..<1000 as Range<UInt32> {
            let range = AddressRange(containing: .v4(number), prefixLength: 32)
            _ = addresses.addFailure(range, factor: 1, account: 1, at: now)
        }
        #expect(addresses.count == 10)
        #expect(addresses.excess(held, account: 7, countingPending: true, at: now) != nil)
        #expect(addresses.excess(held, account: 7, countingPending: false, at: now) == nil)
        for _ in 0..<20 { addresses.finish(held, account: 7) }
        #expect(addresses.excess(held, account: 7, countingPending: true, at: now) == nil)
    }

    @Test func `failures count in one window whatever the order in which their attempts end`() {
        let range = AddressRange(containing: .v4(1), prefixLength: 32)
        var addresses = AddressAttempts(AttemptPolicy())
        // The one that began first ends last, each time.
        for begun in [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] as [Int64] {
            for _ in 0..<2 {
                _ = addresses.addFailure(range, factor: 1, account: 1, at: now.advanced(bySeconds: begun))
            }
        }
        let later = now.advanced(bySeconds: 11)
        let excess = addresses.excess(range, account: 1, countingPending: false, at: later)
        #expect(excess == .failures(until: now.advanced(bySeconds: 70)))

        var accounts = AddressAttempts(AttemptPolicy())
        for account in 1...10 as ClosedRange<UInt64> {
            _ = accounts.addFailure(range, factor: 1, account: account, at: now.advanced(bySeconds: -Int64(account)))
        }
        let until = now.advanced(bySeconds: 599)
        #expect(accounts.excess(range, account: 11, countingPending: false, at: now) == .accounts(until: until))
        // A clock that was set back keeps nobody out: what is further ahead than a window is no part of it.
        let before = now.advanced(bySeconds: -3600)
        #expect(addresses.excess(range, account: 1, countingPending: false, at: before) == nil)
    }
}
