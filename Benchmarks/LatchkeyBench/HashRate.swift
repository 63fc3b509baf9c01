import ArgumentParser
import Auth
import CSodium
import Foundation
import Synchronization

/// `latchkey-bench hash-rate`.
struct HashRate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verifies one argon2id hash again and again, with nothing around it.",
        discussion: "The library and the default parameters are the product's: more sign-ins than this cannot be had."
    )

    @Option(help: "Threads that hash.")
    var threads = PasswordHasher.defaultThreads

    @Option(help: "How long to measure.")
    var seconds = 5.0

    func validate() throws {
        guard 1...1024 ~= threads, seconds > 0, seconds <= 600 else {
            throw ValidationError("1 to 1024 threads, more than 0 and at most 600 seconds")
        }
    }

    func run() throws {
        guard sodium_init() >= 0 else { throw BenchmarkFailure("libsodium did not start") }
        let stored = try HashRate.phc()
        let rates = Mutex<[Double]>([])
        let finished = DispatchGroup()
        let end = ContinuousClock.now + .seconds(seconds)
        for _ in 0..<threads {
            finished.enter()
            Thread {
                let rate = HashRate.rate(stored, until: end)
                rates.withLock { $0.append(rate) }
                finished.leave()
            }.start()
        }
        finished.wait()
        let all = rates.withLock { $0 }
        guard all.allSatisfy({ $0 > 0 }) else { throw BenchmarkFailure("a hash could not be verified") }
        try report(Result(threads: threads, hashesPerSecond: all.reduce(0, +)))
    }

    private struct Result: Encodable {
        let threads: Int
        let hashesPerSecond: Double
    }

    private static func phc() throws -> String {
        let cost = PasswordHashParameters.floor
        let password = SeededAccounts.password
        var buffer = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let status = crypto_pwhash_str_alg(
            &buffer,
            password,
            UInt64(password.utf8.count),
            UInt64(cost.iterations),
            cost.memoryKiB * 1024,
            crypto_pwhash_ALG_ARGON2ID13
        )
        guard status == 0 else { throw BenchmarkFailure("there is no memory for a hash") }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// One thread's hashes a second, over whole hashes; 0 when one does not verify.
    private static func rate(_ stored: String, until end: ContinuousClock.Instant) -> Double {
        let password = SeededAccounts.password
        let start = ContinuousClock.now
        var count = 0.0
        while ContinuousClock.now < end {
            guard crypto_pwhash_str_verify(stored, password, UInt64(password.utf8.count)) == 0 else { return 0 }
            count += 1
        }
        return count / ((ContinuousClock.now - start) / .seconds(1))
    }
}
