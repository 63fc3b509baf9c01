import Foundation
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The TLS context of new connections, made anew when its files change: a renewed certificate needs no restart.
///
/// A changed pair that cannot be used is told once in the log, and the one before stays in use.
final class CertificateStore: Sendable {
    private let files: TLSFiles
    private let logger: Logger
    private let state: Mutex<State>

    private struct State {
        var context: NIOSSLContext
        var fingerprint: Fingerprint
    }

    /// What tells that a file is another: when it was written, how long it is and which one it is.
    private struct Fingerprint: Equatable {
        var certificate: [Int]
        var key: [Int]
    }

    /// Throws when the files are not readable PEM or do not belong together.
    init(_ files: TLSFiles, logger: Logger) throws {
        self.files = files
        self.logger = logger
        state = Mutex(
            State(context: try CertificateStore.context(files), fingerprint: CertificateStore.fingerprint(files))
        )
    }

    /// The context for a connection that opens now; looks at the files' dates, which costs two system calls.
    func current() -> NIOSSLContext {
        let fingerprint = CertificateStore.fingerprint(files)
        return state.withLock { state in
            guard fingerprint != state.fingerprint else { return state.context }
            state.fingerprint = fingerprint
            do {
                state.context = try CertificateStore.context(files)
                logger.notice("certificate read again", metadata: ["file": .string(files.certificate)])
            } catch {
                logger.error(
                    "the changed certificate cannot be used; the one before stays",
                    metadata: ["file": .string(files.certificate), "reason": "\(error)"]
                )
            }
            return state.context
        }
    }

    private static func context(_ files: TLSFiles) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain,
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        // RFC 9325 section 4.2: with TLS 1.2, forward secrecy and authenticated encryption alone.
        configuration.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        return try NIOSSLContext(configuration: configuration)
    }

    private static func fingerprint(_ files: TLSFiles) -> Fingerprint {
        Fingerprint(certificate: marks(files.certificate), key: marks(files.key))
    }

    private static func marks(_ path: String) -> [Int] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        #if canImport(Darwin)
            let written = status.st_mtimespec
        #else
            let written = status.st_mtim
        #endif
        return [written.tv_sec, written.tv_nsec, Int(status.st_size), Int(truncatingIfNeeded: status.st_ino)]
    }
}
