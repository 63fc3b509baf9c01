import Synchronization

/// Remembers that the database can no longer be trusted in this process.
///
/// After a failed write or fsync the kernel may have dropped dirty pages and say "done" to the next fsync: only a
/// restart, which recovers from the log, tells what is on disk. Until then every answer is "unavailable".
final class StoreFailure: Sendable {
    private let occurred = Atomic(false)
    private let reason = Mutex<String?>(nil)
    private let onFirst: @Sendable (String) -> Void

    init(onFirst: @escaping @Sendable (String) -> Void) {
        self.onFirst = onFirst
    }

    /// Nil while all is well; one relaxed load then, since this is asked on every verification.
    var text: String? {
        occurred.load(ordering: .relaxed) ? reason.withLock { $0 } : nil
    }

    func report(_ text: String) {
        let isFirst = reason.withLock { reason in
            guard reason == nil else { return false }
            reason = text
            return true
        }
        occurred.store(true, ordering: .releasing)
        if isFirst { onFirst(text) }
    }
}
