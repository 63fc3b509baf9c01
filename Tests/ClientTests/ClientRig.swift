import Logging
import Synchronization
import Testing

@testable import LatchkeyClient

extension TokenClient {
    /// A client of `server` by the server's clock; its chance is always `chance`.
    static func of(
        _ server: FakeServer,
        patience: Duration = .seconds(30),
        chance: Double = 0.5,
        log: RecordedLog = RecordedLog()
    ) -> TokenClient {
        TokenClient(
            transport: server.transport,
            credentials: FakeServer.credentials,
            clock: server.clock.clock,
            patience: patience,
            chance: { chance },
            logger: log.logger
        )
    }

    var waiting: Int { waiters.count }
}

/// What was logged, as text with all metadata.
final class RecordedLog: Sendable {
    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.recorded.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }
}

/// Gives way to other tasks until the condition holds.
func until(_ condition: () async -> Bool) async {
    while await !condition(), !Task.isCancelled { await Task.yield() }
}
