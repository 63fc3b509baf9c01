import Auth

/// The counters in the Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct MetricsText {
    /// What is told, each as of now.
    struct Figures {
        let counts: LoopCounts
        let hasher: PasswordHasher.Load
        let signIns: SignInCounts
        /// Nil when sign-ins are not throttled.
        let throttling: ThrottleCounts?
        let tokens: [ExpiryGauges.Band: Int]
        let process: ProcessFigures
    }

    private(set) var text = ""

    init(_ figures: Figures) {
        let counts = figures.counts
        addAnswers(counts)
        addDurations(counts)
        add("latchkey_connections_open", "gauge", "Connections open now.", counts.openConnections)
        add("latchkey_connections_total", "counter", "Connections accepted.", counts.connections)
        add(
            "latchkey_connections_refused_total",
            "counter",
            "Connections closed at once, for their address had its share.",
            counts.refusedConnections
        )
        addHashing(figures.hasher)
        let failed = figures.signIns.failed
        add("latchkey_sign_in_failures_total", "counter", "Sign-ins with wrong credentials.", failed)
        if let throttling = figures.throttling { addThrottling(throttling) }
        addExpiry(figures.tokens)
        add("process_cpu_seconds_total", "counter", "User and system CPU time.", figures.process.cpuSeconds)
        add("process_resident_memory_bytes", "gauge", "Resident memory.", figures.process.residentBytes)
        add("process_open_fds", "gauge", "Open file descriptors.", figures.process.openFiles)
        add("process_start_time_seconds", "gauge", "Start of the process since 1970.", figures.process.startSeconds)
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

    private mutating func addExpiry(_ tokens: [ExpiryGauges.Band: Int]) {
        let name = "latchkey_tokens_expiring"
        addFamily(name, "gauge", "Tokens by days left, each count at most \(ExpiryGauges.limit), a minute old at most.")
        for band in ExpiryGauges.Band.allCases {
            if let count = tokens[band] { text += "\(name){days=\"\(band.rawValue)\"} \(count)\n" }
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

    private mutating func addThrottling(_ counts: ThrottleCounts) {
        let name = "latchkey_sign_ins_throttled_total"
        addFamily(name, "counter", "Sign-ins refused for earlier failures, by the limit they met.")
        for reason in ThrottleReason.allCases {
            text += "\(name){reason=\"\(reason.label)\"} \(counts.refused[reason.rawValue])\n"
        }
        add("latchkey_sign_ins_waiting", "gauge", "Sign-ins that wait for the outcome of others.", counts.waiting)
        add("latchkey_throttling_addresses", "gauge", "Addresses whose failures are remembered.", counts.addresses)
    }
}
