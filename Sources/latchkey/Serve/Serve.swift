import ArgumentParser
import Auth
import Foundation
import Logging
import SQLiteStorage
import Server
import ServiceLifecycle
import UnixSignals

/// `latchkey serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: """
            Works with no setting at all: it listens on 127.0.0.1:8080 and makes its data directory and its keys. Once \
            it listens it prints its address. SIGTERM and Ctrl-C stop it when the requests in flight are answered.

            To try it, with an account and a curl line to paste:

              latchkey serve --dev

            For other machines, with TLS or behind a proxy that speaks it:

              latchkey serve --host 0.0.0.0 --port 8443

            `latchkey config explain` shows every setting there is.
            """
    )

    @Option(help: ArgumentHelp("The address to listen on. (default: 127.0.0.1)", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one. (default: 8080)", valueName: "number"))
    var port: String?

    @Flag(
        help: """
            To try it: loopback only, data in ./latchkey-dev, and the account example@personr.co with the password \
            example123.
            """
    )
    var dev = false

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var settings = try await readSettings()
        let files = ProcessLimits.raiseOpenFiles()
        ProcessLimits.ignoreBrokenPipes()
        let handler = StructuredLogHandler(level: settings.logLevel, format: settings.logFormat) { line in
            // There is nowhere left to say that standard error is gone.
            try? StandardStream.error.write(line)
        }
        LoggingSystem.bootstrap { _ in handler }
        let logger = Logger(label: "latchkey")
        if let files { keepConnections(within: files, &settings, logger) }
        try await serve(settings, logger: logger)
    }

    /// The store, the log and the certificates have to be opened also when all connections are. Beside them an event loop has
    /// five files: three of its own, and two of the connection that its lookups go by.
    private func keepConnections(within files: Int, _ settings: inout Settings, _ logger: Logger) {
        let possible = max(files - 64 - 5 * settings.server.eventLoops, 1)
        guard settings.server.limits.connections > possible else { return }
        settings.server.limits.connections = possible
        logger.warning(
            "the system allows fewer open files than limits.connections needs; raise it (LimitNOFILE=, ulimit -n)",
            metadata: ["files": "\(files)", "connections": "\(possible)"]
        )
    }

    private func readSettings() async throws -> Settings {
        var flags: [String: String] = [:]
        if let host { flags["server.host"] = host }
        if let port { flags["server.port"] = port }
        var settings = try await options.read(flags: flags).settings
        if dev {
            guard settings.listensOnLoopback else {
                throw CommandFailure(
                    .usage,
                    words: """
                        serve --dev makes an account whose password everybody knows, so it listens on loopback only, not on \
                        \(shown(settings.server.host)). Leave --dev out, or the host.
                        """
                )
            }
            // Only a flag typed here may lead to other data than the folder that --dev is known for.
            if options.data == nil { settings.dataDirectory = "latchkey-dev" }
            if options.store == nil { settings.store = nil }
        }
        return settings
    }

    private func serve(_ settings: Settings, logger: Logger) async throws {
        // The server has its own time to stop; then its tasks are cancelled; then, should one not heed that, the end.
        let limit = settings.server.limits.stopMilliseconds
        let deadline = StopDeadline(milliseconds: limit + 700, logger: logger)
        let watch = StoreWatch()
        // Any number of servers may share a PostgreSQL database.
        let lock = try settings.store == nil ? StoreLock(DataDirectory.prepare(settings.dataDirectory)) : nil
        defer { withExtendedLifetime(lock) {} }
        let deployment = try await Deployment.open(
            settings,
            .new,
            onFatalError: { reason in
                logger.critical("the store failed; the server stops", metadata: ["reason": "\(reason)"])
                deadline.failBy(.failed)
                watch.report(reason)
            }
        )
        let hasher = try deployment.makeHasher()
        if dev { try await DevelopmentAccount.make(in: deployment, hasher) }

        let isEmpty = try await deployment.store.isEmpty()
        let configuration = settings.serverConfiguration
        if configuration.tls == nil, !settings.listensOnLoopback {
            logger.warning(
                "plain HTTP beyond this machine; set tls.certificate and tls.key, or put a proxy that speaks TLS in front",
                metadata: ["host": "\(settings.server.host)"]
            )
        }
        let notices = ServeNotices(
            settings: settings,
            configurationFile: options.configurationFile,
            storeFlag: options.store,
            output: output.output,
            isDevelopment: dev,
            hasNoAccount: isEmpty,
            logger: logger
        )
        let limiter = deployment.makeLimiter { $0.log(to: logger) }
        let authority = deployment.makeAuthority(hasher, settings.throttlingEnabled ? limiter : nil)
        let server = TokenServer(
            configuration: configuration,
            store: deployment.store,
            authority: authority,
            hasher: hasher,
            people: try deployment.makePeople(hasher, authority),
            logger: logger,
            onListening: notices.listening
        )
        var services = ServiceGroupConfiguration(
            services: [
                .init(
                    service: watch,
                    successTerminationBehavior: .ignore,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                ),
                .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: deadline, successTerminationBehavior: .ignore),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        services.maximumGracefulShutdownDuration = .milliseconds(limit + 300)
        do {
            try await ServiceGroup(configuration: services).run()
            guard deadline.isStopping else { throw CommandFailure(words: "The server ended by itself.") }
        } catch let failure as StoreFailed {
            throw CommandFailure(
                words: "The store failed: \(shown(failure.reason)). Look at its disk, then start the server again."
            )
        } catch is CancellationError where deadline.isStopping {
            logger.warning("the time to stop is over; what was still in flight was cut off")
        } catch  where !(error is CommandFailure) {
            throw CommandFailure(words: ServeFailure.words(error, settings))
        }
        hasher.stop()
        logger.info("stopped")
    }
}

extension Settings {
    /// Whether only this machine can connect.
    var listensOnLoopback: Bool {
        server.host == "localhost" || server.host == "::1" || server.host.isLoopbackIPv4
    }
}

extension String {
    /// 127.0.0.0/8 in dotted decimal.
    fileprivate var isLoopbackIPv4: Bool {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
