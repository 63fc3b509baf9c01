import Auth
import Foundation
import Server

/// What can be said of settings before anything is started: whether the files they name are there, and what is unwise.
struct SettingsCheck {
    private(set) var problems: [String] = []
    private(set) var warnings: [String] = []

    init(_ settings: Settings) {
        for (key, path) in [("tls.certificate", settings.tlsCertificate), ("tls.key", settings.tlsKey)] {
            guard let path else { continue }
            requirePEM(path, of: key)
        }
        if let path = settings.passwordBlocklistFile {
            do throws(PasswordBlocklist.Unreadable) {
                _ = try PasswordBlocklist(path: path)
            } catch {
                problems.append("passwords.blocklist-file: \(shown(error.description))")
            }
        }
        if let path = settings.keysFile, FileManager.default.fileExists(atPath: path) {
            do throws(KeyFileError) {
                _ = try KeyFile.load(at: path)
            } catch {
                problems.append("keys.file: \(shown(error.description))")
            }
        }
        if settings.passwordMinimumLength < 8 {
            warnings.append(
                "passwords.minimum-length is \(settings.passwordMinimumLength); passwords under 8 characters are guessed."
            )
        }
        if settings.tlsCertificate == nil, !settings.listensOnLoopback {
            warnings.append(
                "server.host is \(settings.server.host) without TLS; set tls.certificate and tls.key, or put a proxy that "
                    + "speaks TLS in front."
            )
        }
    }

    /// Whether the files fit together only the server can tell; that they are PEM shows here.
    private mutating func requirePEM(_ path: String, of key: String) {
        do {
            let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
            if !text.contains("-----BEGIN ") { problems.append("\(key): \(shown(path)) holds no PEM.") }
        } catch {
            problems.append("\(key): \(shown(path)) cannot be read: \(reason(of: error)).")
        }
    }
}
