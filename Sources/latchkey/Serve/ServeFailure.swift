import Foundation
import Server

/// Why the server could not run, in words that say what to do.
enum ServeFailure {
    static func words(_ error: any Error, _ settings: Settings) -> String {
        let place = shown("\(settings.server.host), port \(settings.server.port)")
        guard let code = errorNumber(in: "\(error)") else {
            let hint = settings.tlsCertificate == nil ? "" : " Look at tls.certificate and tls.key."
            return "The server cannot serve on \(place): \(shown("\(error)")).\(hint)"
        }
        let hint =
            switch code {
            case EADDRINUSE: " Another program listens there; choose another port with --port."
            case EADDRNOTAVAIL: " This machine has no such address; choose another with --host."
            case EACCES: " Ports below 1024 are kept for the system; choose another with --port."
            default: ""
            }
        return "The server cannot serve on \(place): \(String(cString: strerror(code))).\(hint)"
    }

    /// The number that NIO's errors end with, `… (errno: 98)`: their texts name functions, not what went wrong.
    private static func errorNumber(in text: String) -> Int32? {
        guard let mark = text.firstRange(of: "errno: ") else { return nil }
        return Int32(text[mark.upperBound...].prefix { $0.isNumber })
    }
}
