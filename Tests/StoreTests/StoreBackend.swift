import Auth
import Crypto
import Foundation
import SQLiteStorage
import Synchronization
import Testing

/// One kind of store that the contract is run against.
struct StoreBackend: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// An empty place of its own for one test.
    let makePlace: @Sendable () throws -> any StorePlace

    static let sqlite = StoreBackend(testDescription: "SQLite") { try TemporaryDirectory() }

    #if PostgreSQL
        static let postgres = StoreBackend(testDescription: "PostgreSQL") { try PostgresSchema() }
        static let all = [sqlite, postgres]
    #else
        static let all = [sqlite]
    #endif
}

/// Where one test's data lies; opening it again gives a second store over the same data, as another process has.
protocol StorePlace: Sendable {
    /// A store that stamps by `clock`; nil is the true time.
    func open(clock: TestClock?) throws -> any AuthStore
}

extension StorePlace {
    func open() throws -> any AuthStore {
        try open(clock: nil)
    }
}

/// A folder that goes away with the value.
final class TemporaryDirectory: StorePlace {
    let path: String

    init() throws {
        let name = "latchkey-test-\(UInt64.random(in: .min ... .max))"
        path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(chmod(path, 0o700) == 0)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var databasePath: String { path + "/latchkey.sqlite" }

    func open(clock: TestClock?) throws -> any AuthStore {
        try openSQLite(clock: clock?.wallClock ?? .system)
    }

    func openSQLite(
        clock: WallClock = .system,
        patience: Double = 60,
        onFatalError: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> SQLiteStore {
        try SQLiteStore(
            in: DataDirectory.prepare(path),
            auditChain: .test,
            clock: clock,
            patience: patience,
            onFatalError: onFatalError
        )
    }
}

extension AuditChain {
    static let test = AuditChain(key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
}

/// A clock that stands still until told.
final class TestClock: Sendable {
    static let start = Timestamp(milliseconds: 1_795_000_000_000)

    private let time = Mutex(TestClock.start)
    private let followers = Mutex<[@Sendable (Timestamp) -> Void]>([])

    var now: Timestamp {
        get { time.withLock { $0 } }
        set {
            time.withLock { $0 = newValue }
            for follower in followers.withLock({ $0 }) { follower(newValue) }
        }
    }

    /// For a clock elsewhere that shall tell the same: `follower` hears of the time now and of every other.
    func lead(_ follower: @escaping @Sendable (Timestamp) -> Void) {
        follower(now)
        followers.withLock { $0.append(follower) }
    }

    var wallClock: WallClock { WallClock { self.now } }
}
