import Auth
import Foundation

/// What the system says of this process.
struct ProcessFigures: Sendable {
    let cpuSeconds: Double
    let residentBytes: Int
    let openFiles: Int
    let startSeconds: Int64

    private static let start = WallClock.system.now.seconds

    static func now() -> ProcessFigures {
        var usage = rusage()
        getrusage(thisProcess, &usage)
        let cpu =
            Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1_000_000
        return ProcessFigures(
            cpuSeconds: cpu,
            residentBytes: residentBytes(usage),
            openFiles: openFiles(),
            startSeconds: start
        )
    }

    #if canImport(Darwin)
        private static let thisProcess = RUSAGE_SELF

        /// Darwin tells the peak without a Mach call; good enough for a gauge.
        private static func residentBytes(_ usage: rusage) -> Int { usage.ru_maxrss }

        private static func openFiles() -> Int {
            (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count) ?? 0
        }
    #else
        private static let thisProcess = __rusage_who_t(RUSAGE_SELF.rawValue)

        /// The second number of /proc/self/statm, in pages.
        private static func residentBytes(_ usage: rusage) -> Int {
            let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            let pages = statm?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        }

        private static func openFiles() -> Int {
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        }
    #endif
}
