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

    static let all = [
        StoreBackend(testDescription: "SQLite") { try TemporaryDirectory() }
    ]
}

/// Where one test's data lies; opening it again gives a second store over the same data, as another process has.
protocol StorePlace: Sendable {
    func open(clock: WallClock) throws -> any AuthStore
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

    func open(clock: WallClock) throws -> any AuthStore {
        try openSQLite(clock: clock)
    }

    func openSQLite(
        clock: WallClock = .system,
        patience: Double = 5,
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

    var now: Timestamp {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    var wallClock: WallClock { WallClock { self.now } }
}
