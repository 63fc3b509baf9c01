import Auth
import Logging

/// Writes each line of the log with one call, so that lines of several threads never mix.
struct StructuredLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

    private let format: LogFormat
    private let clock: WallClock
    private let write: @Sendable (String) -> Void

    init(
        level: Logger.Level,
        format: LogFormat,
        clock: WallClock = .system,
        write: @escaping @Sendable (String) -> Void
    ) {
        logLevel = level
        self.format = format
        self.clock = clock
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        fields.merge(metadataProvider?.get() ?? [:]) { $1 }
        fields.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { fields["error"] = "\(error)" }
        let line = LogLine(
            at: clock.now,
            level: event.level,
            message: event.message.description,
            metadata: fields.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
        )
        write(line.text(format))
    }
}
