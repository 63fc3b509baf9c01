import ArgumentParser
import Auth
import Foundation
import SQLiteStorage

/// `latchkey-bench seed`.
struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a data directory with many accounts, each with a live token.",
        discussion: "Schema, digests, seals and audit chains are the product's own: `latchkey serve` runs on it."
    )

    @Option(help: "The directory to make; there must be none.")
    var data: String

    @Option(help: "How many accounts.")
    var accounts: Int

    @Option(help: "Where to write sample tokens, one a line, in no order.")
    var tokensFile: String

    @Option(help: "How many sample tokens.")
    var tokens = 100_000

    func validate() throws {
        guard 128...100_000_000 ~= accounts, tokens > 0 else {
            throw ValidationError("seeding takes 128 to 100,000,000 accounts and at least one token")
        }
    }

    func run() async throws {
        // Under another name until it is whole: a directory that is there can be used.
        let draft = data + ".partial"
        try? FileManager.default.removeItem(atPath: draft)
        guard !FileManager.default.fileExists(atPath: data) else {
            throw BenchmarkFailure("there is a \(data) already")
        }
        let start = ContinuousClock.now
        let database = try makeSchema(draft)
        let seeded = SeededAccounts(
            count: accounts,
            keys: database.keys,
            phc: try await hashPassword(),
            now: WallClock.system.now
        )
        let sample = try await fill(database.path, seeded)
        try Data(sample.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: tokensFile))
        guard rename(draft, data) == 0 else { throw BenchmarkFailure("\(draft) cannot be renamed (errno \(errno))") }
        let elapsed = ContinuousClock.now - start
        try report(Result(accounts: accounts, tokens: sample.count, seconds: elapsed / .seconds(1)))
    }

    private struct Result: Encodable {
        let accounts: Int
        let tokens: Int
        let seconds: Double
    }

    private func makeSchema(_ path: String) throws -> (path: String, keys: KeyRing) {
        let directory = try DataDirectory.prepare(path)
        let keyFile = directory.path + "/latchkey.keys"
        try KeyFile.create(at: keyFile)
        let keys = try KeyFile.load(at: keyFile)
        _ = try SQLiteStore(in: directory, auditChain: keys.audit, clock: .system)
        return (directory.databasePath, keys)
    }

    private func hashPassword() async throws -> String {
        let hasher = try PasswordHasher(threads: 1)
        defer { hasher.stop() }
        return try await hasher.hash(Password(SeededAccounts.password))
    }

    /// Inserts in the order of the keys, which appends to every tree, but in two passes: the second splits the pages that
    /// the first has filled, so that they are as full as those of accounts that came one by one.
    private func fill(_ path: String, _ seeded: SeededAccounts) async throws -> [String] {
        let bulk = try BulkInsert(path)
        let step = max(1, accounts / tokens)
        var sample: [String] = []
        let chunks = [0, 1].flatMap { first in
            Swift.stride(from: first, to: accounts, by: Seed.chunk * 2).map { $0 }
        }
        // Two chunks ahead, one a core.
        var ahead = chunks.prefix(2).map { rows(from: $0, seeded) }[...]
        for (number, start) in chunks.enumerated() {
            guard let next = ahead.popFirst() else { break }
            let accounts = try await next.value
            if number + 2 < chunks.count { ahead.append(rows(from: chunks[number + 2], seeded)) }
            try bulk.insert(accounts)
            for (place, account) in accounts.enumerated() {
                let position = start + place * 2
                guard position % step == 0, position < seeded.count - SeededAccounts.signingIn else { continue }
                sample.append(account.token)
            }
        }
        try bulk.finish()
        var generator = SplitMix64(seed: UInt64(accounts))
        sample.shuffle(using: &generator)
        return sample
    }

    private static let chunk = 20_000

    /// Every second account from `start`, made beside the inserting of those before.
    private func rows(from start: Int, _ seeded: SeededAccounts) -> Task<[SeededAccount], any Error> {
        Task.detached {
            var generator = SplitMix64(seed: UInt64(start) &* 0x5851_F42D_4C95_7F2D)
            return try Swift.stride(from: start, to: min(start + Seed.chunk * 2, seeded.count), by: 2).map {
                try seeded.account($0, using: &generator)
            }
        }
    }
}
