import Foundation

/// A shell at work on a command, in a process group of its own. It has no descriptor of ours but standard error, and no signal
/// that is ignored or blocked here is so there.
struct ShellProcess: Sendable {
    enum End {
        /// As a shell tells it: a signal is 128 and its number.
        case code(CInt)
        case killed
        /// Somebody else of this process took the status.
        case unknown
    }

    private let id: pid_t

    /// Starts it; nil when that fails.
    init?(_ command: String, environment: [String: String]) {
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        guard let id = Self.spawn(["sh", "-c", command], all.map { "\($0)=\($1)" }) else { return nil }
        self.id = id
    }

    /// Waits for its end, once. At the deadline, or when the task is cancelled, it is killed with all it has started.
    func end(within deadline: Duration) async -> End {
        let isInTime = await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                await waitUntilOver()
                return true
            }
            tasks.addTask {
                try? await Task.sleep(for: deadline, clock: .continuous)
                return false
            }
            let isOver = await tasks.next() ?? true
            if !isOver { kill(-id, SIGKILL) }
            tasks.cancelAll()
            return isOver
        }
        // Only now, so that until here the number was nobody else's.
        var status: CInt = 0
        guard waitpid(id, &status, 0) == id else { return .unknown }
        guard isInTime else { return .killed }
        return .code(status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F)
    }

    /// On a thread of its own, for it blocks.
    private func waitUntilOver() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var information = siginfo_t()
                while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
                continuation.resume()
            }
        }
    }

    /// By hand, for Foundation's `Process` reads past a buffer when it starts a program (swift-corelibs-foundation, pull
    /// request 5472).
    private static func spawn(_ arguments: [String], _ environment: [String]) -> pid_t? {
        // Who started us may have it ignored; then the system keeps no status of a child.
        signal(SIGCHLD, SIG_DFL)
        #if canImport(Darwin)
            var files: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var files = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        guard posix_spawn_file_actions_init(&files) == 0 else { return nil }
        defer { posix_spawn_file_actions_destroy(&files) }
        guard posix_spawnattr_init(&attributes) == 0 else { return nil }
        defer { posix_spawnattr_destroy(&attributes) }

        var flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        // Standard output is for results of ours.
        guard posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0,
            posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO) == 0
        else { return nil }
        #if canImport(Darwin)
            flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
            guard posix_spawn_file_actions_addinherit_np(&files, STDERR_FILENO) == 0 else { return nil }
        #else
            // <spawn.h> hides it from Swift, for it is not of POSIX.
            typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt
            guard let address = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np"),
                unsafeBitCast(address, to: AddCloseFrom.self)(&files, STDERR_FILENO + 1) == 0
            else { return nil }
        #endif

        var all = sigset_t()
        sigfillset(&all)
        // Nobody can set these.
        for number in [SIGKILL, SIGSTOP] { sigdelset(&all, number) }
        var none = sigset_t()
        sigemptyset(&none)
        guard posix_spawnattr_setsigdefault(&attributes, &all) == 0,
            posix_spawnattr_setsigmask(&attributes, &none) == 0,
            posix_spawnattr_setflags(&attributes, Int16(flags)) == 0
        else { return nil }

        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var process = pid_t()
        return posix_spawn(&process, "/bin/sh", &files, &attributes, &words, &variables) == 0 ? process : nil
    }
}
