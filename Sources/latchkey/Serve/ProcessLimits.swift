import Foundation

/// What the process asks of the system for itself.
enum ProcessLimits {
    /// No core dump: it would hold passwords and keys.
    static func forbidCoreDumps() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(resource(RLIMIT_CORE), &limit)
    }

    /// As many open files as the system allows: a connection is one. Returns how many that are; nil when it does not say.
    static func raiseOpenFiles() -> Int? {
        var limit = rlimit()
        guard getrlimit(resource(RLIMIT_NOFILE), &limit) == 0 else { return nil }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(resource(RLIMIT_NOFILE), &limit) == 0 ? limit.rlim_max : before)
    }

    /// Writing to a connection whose client is gone shall fail, not end the process.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    #if os(Linux)
        private static func resource(_ resource: __rlimit_resource) -> __rlimit_resource_t {
            __rlimit_resource_t(resource.rawValue)
        }
    #else
        private static func resource(_ resource: Int32) -> Int32 { resource }
    #endif
}
