import Synchronization

/// The issuer of RFC 8414: the public address, or the one listened on once that is known; never what a Host header says.
final class Issuer: Sendable {
    private let isPublic: Bool
    private let address: Mutex<String>

    init(_ publicURL: String?) {
        isPublic = publicURL != nil
        address = Mutex(publicURL ?? "")
    }

    func listens(at url: String) {
        guard !isPublic else { return }
        address.withLock { $0 = url }
    }

    var url: String { address.withLock { $0 } }
}
