import Auth
import Logging
import Server

extension Setting {
    private static var floor: PasswordHashParameters { .floor }
    private static var ceiling: PasswordHashParameters { .ceiling }

    /// Every setting there is. Reading, `config explain` and the documentation follow this table.
    static let table: [Setting] = [
        Setting(
            "data.directory",
            flag: "--data",
            \.dataDirectory,
            .path,
            "Where the database lives; made at the first start."
        ),
        Setting(
            "keys.file",
            \.keysFile,
            .path,
            or: "latchkey.keys in the data directory",
            isDescription: true,
            "The secret keys, made at the first start. Keep it off the database's disk and out of its backups."
        ),

        Setting(
            "store.url",
            flag: "--store",
            \.store,
            .storeURL,
            or: "SQLite in the data directory",
            isDescription: true,
            isSecret: true,
            "The PostgreSQL database that all nodes share."
        ),

        Setting("server.host", flag: "--host", \.server.host, .host, "The address to listen on."),
        Setting("server.port", flag: "--port", \.server.port, .port, "The port to listen on; 0 takes a free one."),
        Setting(
            "server.threads",
            \.server.threads,
            .number(1...1024),
            or: "auto",
            "Threads that serve connections; auto is one a core."
        ),
        Setting("server.base-path", \.server.basePath, .basePath, "The path that the API's endpoints are below."),
        Setting(
            "server.public-url",
            \.server.publicURL,
            .webAddress,
            or: "the address listened on",
            isDescription: true,
            "The address clients use, for samples, links and /openapi.yaml."
        ),
        Setting(
            "server.trusted-proxies",
            \.server.trustedProxies,
            .addressRanges,
            "The proxies whose X-Forwarded-For is believed."
        ),

        Setting(
            "tls.certificate",
            \.tlsCertificate,
            .path,
            or: "off",
            "The certificate chain, PEM, leaf first; read again when it changes."
        ),
        Setting("tls.key", \.tlsKey, .path, or: "off", "The certificate's private key, PEM."),
        Setting(
            "tls.hsts",
            \.hstsMilliseconds,
            .duration(1...DurationText(milliseconds: 3650 * 86_400_000)),
            or: "off",
            "How long browsers shall insist on TLS (Strict-Transport-Security)."
        ),

        Setting(
            "cors.origins",
            \.server.cors,
            .origins,
            "The web pages that may call the API from a browser, by origin."
        ),

        Setting(
            "guard.allow-preflight",
            \.server.allowsPreflight,
            .boolean,
            "Whether guard paths let CORS preflights of the APIs behind them pass, for which no token can be sent."
        ),

        Setting(
            "tokens.lifetime",
            \.tokenLifetimeMilliseconds,
            .duration(
                DurationText(
                    milliseconds: TokenSettings.lifetimes.lowerBound * 1000
                )...DurationText(
                    milliseconds: TokenSettings.lifetimes.upperBound * 1000
                )
            ),
            "How long a new token lives."
        ),
        Setting(
            "tokens.secret-digits",
            \.tokenSecretDigits,
            .number(TokenSettings.secretDigitCounts, of: "digits"),
            "Random digits in a new token; 39 are 128 bits."
        ),

        Setting(
            "passwords.minimum-length",
            \.passwordMinimumLength,
            .number(PasswordPolicy.minimumLengths, of: "characters"),
            "The shortest password that may be set."
        ),
        Setting(
            "passwords.blocklist-file",
            \.passwordBlocklistFile,
            .path,
            or: "off",
            "Passwords nobody may set, one a line."
        ),
        Setting(
            "passwords.hash-threads",
            \.hashThreads,
            .number(1...1024),
            or: "auto",
            "Passwords hashed at once; auto leaves one core to everything else."
        ),
        Setting(
            "passwords.queue",
            \.hashQueue,
            .number(1...65_536),
            "Sign-ins that may wait for a hash thread before more are turned away."
        ),
        Setting(
            "passwords.memory",
            \.hashMemoryKiB,
            .number(floor.memoryKiB...ceiling.memoryKiB, of: "KiB"),
            "argon2id's memory for one hash."
        ),
        Setting(
            "passwords.iterations",
            \.hashIterations,
            .number(floor.iterations...ceiling.iterations),
            "argon2id's passes over that memory."
        ),

        Setting(
            "throttling.enabled",
            \.throttlingEnabled,
            .boolean,
            "Whether sign-ins are refused for a while after too many failed."
        ),

        Setting(
            "web.session-idle",
            \.sessionIdleMilliseconds,
            .duration(60...86_400),
            "How long a browser stays logged in without a request."
        ),
        Setting(
            "web.session-lifetime",
            \.sessionLifetimeMilliseconds,
            .duration(60...2_592_000),
            "How long a browser stays logged in at most."
        ),

        Setting(
            "metrics.port",
            \.server.metricsPort,
            .port,
            or: "off",
            "The port of /metrics, in Prometheus' text format; 0 takes a free one."
        ),

        Setting("log.level", \.logLevel, .choice(Logger.Level.allCases), "The least severe lines to log."),
        Setting(
            "log.format",
            \.logFormat,
            .choice(LogFormat.allCases),
            "How log lines are written, on standard error."
        ),

        Setting("limits.connections", \.server.limits.connections, .number(1...1_000_000), "Open connections."),
        Setting(
            "limits.connections-per-address",
            \.server.limits.connectionsPerAddress,
            .number(1...1_000_000),
            "Of these, from one address (of IPv6 a /64); trusted proxies and this machine may have all."
        ),
        Setting(
            "limits.connection-age",
            \.server.limits.connectionAgeMilliseconds,
            .duration(1...604_800),
            "How long one connection may live."
        ),
        Setting(
            "limits.idle-time",
            \.server.limits.idleMilliseconds,
            .duration(1...86_400),
            "How long a connection may be without a request; longer than a proxy keeps its idle ones."
        ),
        Setting(
            "limits.handshake-time",
            \.server.limits.handshakeMilliseconds,
            .duration(1...600),
            "How long a TLS handshake may take."
        ),
        Setting(
            "limits.header-time",
            \.server.limits.headerMilliseconds,
            .duration(1...600),
            "How long a request's header may take to arrive."
        ),
        Setting(
            "limits.request-time",
            \.server.limits.requestMilliseconds,
            .duration(1...600),
            "How long a whole request may take to arrive, and answers may wait to be read."
        ),
        Setting("limits.header-size", \.server.limits.headerBytes, .bytes, "A request's header."),
        Setting("limits.header-fields", \.server.limits.headerFields, .number(1...10_000), "Fields in that header."),
        Setting("limits.target-size", \.server.limits.targetBytes, .bytes, "A request's path and query."),
        Setting("limits.body-size", \.server.limits.bodyBytes, .bytes, "A request's body."),
        Setting(
            "limits.drain-size",
            \.server.limits.drainBytes,
            .bytes,
            "What is still read of a request that was refused, so that the client sees the answer."
        ),
        Setting(
            "limits.drain-time",
            \.server.limits.drainMilliseconds,
            .duration(1...600),
            "How long that may take."
        ),
        Setting(
            "limits.streams",
            \.server.limits.streams,
            .number(1...10_000),
            "Requests at once on an HTTP/2 connection."
        ),
        Setting(
            "limits.stop-time",
            \.server.limits.stopMilliseconds,
            .duration(1...600),
            "How long requests in flight have to end when the server is told to stop."
        ),
    ]
}
