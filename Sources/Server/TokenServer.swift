import Auth
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// The HTTP server: edge, gate and routes over one store. Runs until its graceful shutdown.
package struct TokenServer: Service {
    /// Where it listens, told once.
    package struct Listening: Sendable {
        /// `http://127.0.0.1:8080`, with the port that was really taken.
        package let url: String
        package let metricsURL: String?
    }

    private let configuration: ServerConfiguration
    private let store: any AuthStore
    private let authority: TokenAuthority
    private let hasher: PasswordHasher
    private let people: People
    private let logger: Logger
    private let onListening: @Sendable (Listening) -> Void

    package init(
        configuration: ServerConfiguration,
        store: any AuthStore,
        authority: TokenAuthority,
        hasher: PasswordHasher,
        people: People,
        logger: Logger,
        onListening: @escaping @Sendable (Listening) -> Void
    ) {
        self.configuration = configuration
        self.store = store
        self.authority = authority
        self.hasher = hasher
        self.people = people
        self.logger = logger
        self.onListening = onListening
    }

    /// Throws when the address is taken, the certificate cannot be used or the store cannot be read.
    package func run() async throws {
        let certificates = try configuration.tls.map { try CertificateStore($0, logger: logger) }
        // Never shut down: the framework's own stop may still touch a loop after its server has ended. They end with the
        // process.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        try await serve(group, certificates)
    }

    private func serve(_ group: MultiThreadedEventLoopGroup, _ certificates: CertificateStore?) async throws {
        let loops = try await EdgeLoops(group, store: store)
        let ports = ListeningPorts(expected: configuration.metricsPort == nil ? 1 : 2)
        let issuer = Issuer(configuration.publicURL)
        let report: @Sendable () -> Void = { [configuration, onListening] in
            guard let (main, metrics) = ports.takeAll() else { return }
            let scheme = configuration.tls == nil ? "http" : "https"
            let url = "\(scheme)://\(configuration.host.asURLHost):\(main)"
            issuer.listens(at: url)
            onListening(
                Listening(
                    url: url,
                    metricsURL: metrics.map { "http://\(configuration.host.asURLHost):\($0)/metrics" }
                )
            )
        }
        let readiness = Readiness { [store] in try await store.checkReadiness() }
        let siteMap = SiteMap(basePath: configuration.basePath)
        let counts = MinuteCounts(loops: loops, signIn: authority.signIn)
        let expiry = ExpiryGauges(store: store)
        let router = Routes.router(
            siteMap,
            configuration: configuration,
            guarding: GuardMiddleware(
                siteMap: siteMap,
                authority: authority,
                loops: loops,
                configuration: configuration,
                logger: logger
            ),
            tokens: TokenRoutes(
                authority: authority,
                loops: loops,
                limits: configuration.limits,
                logger: logger
            ),
            oauth: OAuthRoutes(
                authority: authority,
                loops: loops,
                issuer: issuer,
                limits: configuration.limits,
                logger: logger
            ),
            health: HealthRoutes(store: store),
            issuer: issuer,
            readiness: readiness,
            web: WebRoutes(
                configuration,
                siteMap,
                people: people,
                store: store,
                authority: authority,
                issuer: issuer,
                counts: counts,
                expiry: expiry
            )
        )
        var services: [any Service] = [
            counts,
            TokenUseRecorder(loops: loops, store: store, logger: logger),
            ReadinessWatch(readiness: readiness),
            application(router, siteMap, port: configuration.port, certificates, group, loops) { port in
                ports.main(port)
                report()
            },
        ]
        if let port = configuration.metricsPort {
            let router = Routes.metrics(
                configuration,
                MetricsRoutes(
                    loops: loops,
                    hasher: hasher,
                    authority: authority,
                    expiry: expiry
                )
            )
            services.append(
                application(router, .metrics, port: port, nil, group, loops) { port in
                    ports.metrics(port)
                    report()
                }
            )
        }
        try await ServiceGroup(services: services, logger: quietLogger).run()
    }

    private func application(
        _ router: Router<EdgeRequestContext>,
        _ siteMap: SiteMap,
        port: Int,
        _ certificates: CertificateStore?,
        _ group: MultiThreadedEventLoopGroup,
        _ loops: EdgeLoops,
        onPort: @escaping @Sendable (Int) -> Void
    ) -> some ApplicationProtocol {
        let site = EdgeSite(
            rules: EdgeRules(limits: configuration.limits, siteMap: siteMap),
            authority: authority,
            commonFields: CommonFields(
                cors: configuration.cors,
                hsts: certificates == nil ? nil : configuration.tls?.hstsSeconds.map { "max-age=\($0)" }
            ),
            accessLog: AccessLog(logger: logger, trustedProxies: configuration.trustedProxies),
            allowsPreflight: configuration.allowsPreflight,
            logger: logger
        )
        let shares = ConnectionShares(
            limit: configuration.limits.connectionsPerAddress,
            trustedProxies: configuration.trustedProxies
        )
        return Application(
            router: router,
            server: HTTPServerBuilder { responder in
                EdgeChannel(
                    responder: responder,
                    site: site,
                    loops: loops,
                    shares: shares,
                    certificates: certificates
                )
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: port),
                backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    configuration.limits.connections,
                    logger: quietLogger
                )
            ),
            onServerRunning: { [logger] channel in
                // It fails on a socket that is closed already, which has nothing to pause.
                try? await channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: logger), position: .first)
                }.get()
                onPort(channel.localAddress?.port ?? port)
            },
            eventLoopGroupProvider: .shared(group),
            logger: quietLogger
        )
    }

    /// For the framework, whose own news at info we tell ourselves.
    private var quietLogger: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}

extension TokenServer: CustomStringConvertible {
    /// Its name alone: the service group prints its services at debug, and what this one holds is nobody's to read.
    package var description: String { "TokenServer" }
}

/// Collects the ports of the listening addresses until all are there.
private final class ListeningPorts: Sendable {
    private struct Ports {
        var main: Int?
        var metrics: Int?
        var isTold = false
    }

    private let expected: Int
    private let ports = Mutex(Ports())

    init(expected: Int) {
        self.expected = expected
    }

    func main(_ port: Int) {
        ports.withLock { $0.main = port }
    }

    func metrics(_ port: Int) {
        ports.withLock { $0.metrics = port }
    }

    /// All of them, once: for the first who asks when the last has come.
    func takeAll() -> (main: Int, metrics: Int?)? {
        ports.withLock { ports in
            guard !ports.isTold, let main = ports.main, expected == 1 || ports.metrics != nil else { return nil }
            ports.isTold = true
            return (main, ports.metrics)
        }
    }
}

extension String {
    /// An IPv6 address in the brackets a URL needs.
    fileprivate var asURLHost: String { contains(":") ? "[\(self)]" : self }
}
