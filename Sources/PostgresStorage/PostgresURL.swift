#if PostgreSQL
    import CLibpq

    /// The address of a database as libpq reads it, with our defaults for what it leaves open.
    struct PostgresURL: Sendable {
        /// libpq's keywords and values, in pairs; it may hold a password.
        let parameters: [(keyword: String, value: String)]

        private static let defaults: [(keyword: String, value: String)] = [
            // Of several hosts the one that takes writes: reads of a standby may be stale.
            ("target_session_attrs", "read-write"),
            ("connect_timeout", "2"),
            ("keepalives_idle", "5"),
            ("keepalives_interval", "2"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "3000"),
            ("fallback_application_name", "latchkey"),
        ]

        init(_ text: String, _ libpq: Libpq) throws(PostgresStoreError) {
            var message: UnsafeMutablePointer<CChar>?
            guard let options = libpq.parseConnectionInfo(text, &message) else {
                defer { libpq.freeMemory(message) }
                // libpq quotes what it does not understand, which may be a password.
                let words = message.map { String(cString: $0) } ?? "no memory"
                throw .invalidURL(String(words.prefix { $0 != "\"" && $0 != "\n" }) + "…")
            }
            defer { libpq.freeConnectionInfo(options) }
            var given: [(keyword: String, value: String)] = []
            var option = options
            while let keyword = option.pointee.keyword {
                if let value = option.pointee.val { given.append((String(cString: keyword), String(cString: value))) }
                option += 1
            }
            let missing = PostgresURL.defaults.filter { byDefault in
                !given.contains { $0.keyword == byDefault.keyword }
            }
            // Last, so that nothing overrides it: all text here is UTF-8.
            parameters = given.filter { $0.keyword != "client_encoding" } + missing + [("client_encoding", "UTF8")]
        }

        /// For one host; libpq takes 0 and less for ever.
        var connectTimeout: Duration {
            guard let seconds = value("connect_timeout").flatMap({ Int32($0) }), seconds > 0 else {
                return .seconds(3600)
            }
            return .seconds(seconds)
        }

        func value(_ keyword: String) -> String? {
            parameters.first { $0.keyword == keyword }?.value
        }
    }
#endif
