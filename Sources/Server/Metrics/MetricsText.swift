import Auth

/// Renders the counters (https://prometheus.io/docs/instrumenting/exposition_formats/).
enum MetricsText {
    static func render(_ counts: LoopCounts, _ hasher: PasswordHasher.Load, _ process: ProcessFigures) -> String {
        var text = ""
        func family(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }
        func single(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible) {
            family(name, type, help)
            text += "\(name) \(value)\n"
        }
        family("latchkey_requests_total", "counter", "Answers by route and status.")
        for route in Route.allCases {
            for (status, count) in counts.answers(route) {
                text += "latchkey_requests_total{route=\"\(route.label)\",status=\"\(status)\"} \(count)\n"
            }
        }
        durations(counts, family: family, into: &text)
        single("latchkey_connections_open", "gauge", "Connections open now.", counts.openConnections)
        single("latchkey_connections_total", "counter", "Connections accepted.", counts.connections)
        single("latchkey_hash_threads", "gauge", "Threads that hash passwords.", hasher.threads)
        single("latchkey_hash_running", "gauge", "Passwords being hashed now.", hasher.running)
        single("latchkey_hash_waiting", "gauge", "Passwords waiting for a hash thread.", hasher.waiting)
        single("latchkey_hash_queue_capacity", "gauge", "Passwords that may wait.", hasher.capacity)
        family("latchkey_hash_jobs_total", "counter", "Passwords by what became of them.")
        for (outcome, count) in [
            ("hashed", hasher.finished), ("refused", hasher.refused), ("expired", hasher.expired),
            ("cancelled", hasher.cancelled),
        ] {
            text += "latchkey_hash_jobs_total{outcome=\"\(outcome)\"} \(count)\n"
        }
        single("process_cpu_seconds_total", "counter", "User and system CPU time.", process.cpuSeconds)
        single("process_resident_memory_bytes", "gauge", "Resident memory.", process.residentBytes)
        single("process_open_fds", "gauge", "Open file descriptors.", process.openFiles)
        single("process_start_time_seconds", "gauge", "Start of the process since 1970.", process.startSeconds)
        return text
    }

    private static func durations(
        _ counts: LoopCounts,
        family: (String, String, String) -> Void,
        into text: inout String
    ) {
        let name = "latchkey_request_duration_seconds"
        family(name, "histogram", "From a request's first byte to its whole answer.")
        for route in Route.allCases {
            let buckets = counts.buckets(route)
            guard buckets.contains(where: { $0 > 0 }) else { continue }
            var total: UInt64 = 0
            for (bound, count) in zip(LoopCounts.bounds, buckets) {
                total += count
                let seconds = Double(bound) / 1_000_000_000
                text += "\(name)_bucket{route=\"\(route.label)\",le=\"\(seconds)\"} \(total)\n"
            }
            total = buckets.reduce(0, +)
            text += "\(name)_bucket{route=\"\(route.label)\",le=\"+Inf\"} \(total)\n"
            text += "\(name)_sum{route=\"\(route.label)\"} \(Double(counts.nanoseconds(route)) / 1_000_000_000)\n"
            text += "\(name)_count{route=\"\(route.label)\"} \(total)\n"
        }
    }
}
