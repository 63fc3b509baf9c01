import Auth
import Logging
import Server

/// Everything an operator may set, with its defaults. `Setting.table` says under which key each is read.
struct Settings: Sendable {
    var dataDirectory = "latchkey-data"
    /// Nil means SQLite in the data directory.
    var store: StoreURL?
    /// Nil means `latchkey.keys` in the data directory.
    var keysFile: String?
    /// All of the server's settings but TLS, which takes two files to be one thing.
    var server = ServerConfiguration()
    var tlsCertificate: String?
    var tlsKey: String?
    var hstsMilliseconds: Int64?
    var tokenLifetimeMilliseconds = TokenSettings().lifetimeSeconds * 1000
    var tokenSecretDigits = TokenSettings().secretDigits
    var passwordMinimumLength = PasswordPolicy().minimumLength
    /// Nil leaves one core to everything else.
    var hashThreads: Int?
    var hashQueue = 64
    var hashMemoryKiB = PasswordHashParameters.floor.memoryKiB
    var hashIterations = PasswordHashParameters.floor.iterations
    var passwordBlocklistFile: String?
    var throttlingEnabled = true
    var sessionIdleMilliseconds = SessionSettings().idleSeconds * 1000
    var sessionLifetimeMilliseconds = SessionSettings().lifetimeSeconds * 1000
    var logLevel = Logger.Level.info
    var logFormat = LogFormat.text
}

extension Settings {
    /// What no single setting can know: which of them go together.
    var contradictions: [String] {
        var contradictions: [String] = []
        if (tlsCertificate == nil) != (tlsKey == nil) {
            contradictions.append(
                "tls.certificate and tls.key go together: \(tlsKey == nil ? "tls.key" : "tls.certificate") is not set."
            )
        }
        if hstsMilliseconds != nil, tlsCertificate == nil {
            contradictions.append(
                "tls.hsts is set, but without tls.certificate and tls.key nothing is served over TLS. "
                    + "Behind a proxy that ends TLS, set it there."
            )
        }
        if let metrics = server.metricsPort, metrics != 0, metrics == server.port {
            contradictions.append("server.port and metrics.port are both \(metrics); they need a port each.")
        }
        return contradictions
    }

    /// The server's settings, TLS included.
    var serverConfiguration: ServerConfiguration {
        var configuration = server
        if let tlsCertificate, let tlsKey {
            configuration.tls = TLSFiles(
                certificate: tlsCertificate,
                key: tlsKey,
                hstsSeconds: hstsMilliseconds.map { Int($0 / 1000) }
            )
        }
        return configuration
    }
}
