import Auth

/// The counters in the Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct MetricsText {
    private(set) var text = ""

    init(_ counts: LoopCounts, _ hasher: PasswordHasher.Load, _ process: ProcessFigures) {
        addAnswers(counts)
        addDurations(counts)
        add("latchkey_connections_open", "gauge", "Connections open now.", counts.openConnections)
        add("latchkey_connections_total", "counter", "Connections accepted.", counts.connections)
        addHashing(hasher)
        add("process_cpu_seconds_total", "counter", "User and system CPU time.", process.cpuSeconds)
        add("process_resident_memory_bytes", "gauge", "Resident memory.", process.residentBytes)
        add("process_open_fds", "gauge", "Open file descriptors.", process.openFiles)
        add("process_start_time_seconds", "gauge", "Start of the process since 1970.", process.startSeconds)
    }

    private mutating func addFamily(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func add(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible) {
        addFamily(name, type, help)
        text += "\(name) \(value)\n"
    }

    private mutating func addAnswers(_ counts: LoopCounts) {
        let name = "latchkey_requests_total"
        addFamily(name, "counter", "Answers by route and status.")
        for route in Route.allCases {
            for (status, count) in counts.answers(route) {
                text += "\(name){route=\"\(route.label)\",status=\"\(status)\"} \(count)\n"
            }
        }
    }

    private mutating func addDurations(_ counts: LoopCounts) {
        let name = "latchkey_request_duration_seconds"
        addFamily(name, "histogram", "From a request's first byte to its whole answer.")
        for route in Route.allCases {
            let buckets = counts.buckets(route)
            let total = buckets.reduce(0, +)
            guard total > 0 else { continue }
            var upTo: UInt64 = 0
            for (bound, count) in zip(LoopCounts.bounds, buckets) {
                upTo += count
                let seconds = Double(bound) / 1_000_000_000
                text += "\(name)_bucket{route=\"\(route.label)\",le=\"\(seconds)\"} \(upTo)\n"
            }
            text += "\(name)_bucket{route=\"\(route.label)\",le=\"+Inf\"} \(total)\n"
            text += "\(name)_sum{route=\"\(route.label)\"} \(Double(counts.nanoseconds(route)) / 1_000_000_000)\n"
            text += "\(name)_count{route=\"\(route.label)\"} \(total)\n"
        }
    }

    private mutating func addHashing(_ hasher: PasswordHasher.Load) {
        add("latchkey_hash_threads", "gauge", "Threads that hash passwords.", hasher.threads)
        add("latchkey_hash_running", "gauge", "Passwords being hashed now.", hasher.running)
        add("latchkey_hash_waiting", "gauge", "Passwords waiting for a hash thread.", hasher.waiting)
        add("latchkey_hash_queue_capacity", "gauge", "Passwords that may wait.", hasher.capacity)
        let name = "latchkey_hash_jobs_total"
        addFamily(name, "counter", "Passwords by what became of them.")
        let outcomes = [
            ("hashed", hasher.finished), ("refused", hasher.refused), ("expired", hasher.expired),
            ("cancelled", hasher.cancelled),
        ]
        for (outcome, count) in outcomes { text += "\(name){outcome=\"\(outcome)\"} \(count)\n" }
    }
}
