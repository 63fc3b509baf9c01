#if PostgreSQL
    import PostgresStorage

    extension Diagnosis {
        /// Judges a database by what the promise needs of it.
        mutating func examine(_ found: PostgresInspection) {
            examineVersion(found)
            examineSchema(found)
            examineDurability(found)
            examineStandbys(found)
            examineConnections(found)
            examineClock(found)
            examineEncryption(found)
        }

        private mutating func examineVersion(_ found: PostgresInspection) {
            let name = String(found.version.prefix { $0 != "(" && $0 != "," })
            switch found.versionNumber {
            case 0: add(.warning, "version", "\(name): an engine that only speaks PostgreSQL's protocol; see its notes")
            case ..<130_000: add(.wrong, "version", "\(name) is out of support; 13 is the oldest that works")
            default: add(.good, "version", name)
            }
        }

        private mutating func examineSchema(_ found: PostgresInspection) {
            if found.encoding != "UTF8", !found.encoding.isEmpty {
                add(.wrong, "encoding", PostgresStoreError.otherEncoding(found.encoding).description)
            }
            if !found.isReadable {
                add(.wrong, "schema", PostgresStoreError.newerSchema.description)
            } else if !found.pending.isEmpty {
                add(.wrong, "schema", PostgresStoreError.pendingMigrations(found.pending).description)
            } else {
                add(.good, "schema", "that of this version")
            }
        }

        private mutating func examineDurability(_ found: PostgresInspection) {
            guard found.versionNumber > 0 else { return }
            for name in ["fsync", "full_page_writes"] {
                if found.settings[name] == "on" {
                    add(.good, name, "on")
                } else {
                    add(
                        .wrong,
                        name,
                        "off: a crash of the machine may lose answered tokens or the database; turn it on"
                    )
                }
            }
        }

        private mutating func examineStandbys(_ found: PostgresInspection) {
            guard found.versionNumber > 0 else { return }
            let names = found.settings["synchronous_standby_names"] ?? ""
            guard !names.isEmpty else {
                return add(
                    .warning,
                    "standbys",
                    "synchronous_standby_names is empty: with one server that is right; with a standby, a failover may bring "
                        + "an ended token back"
                )
            }
            switch found.synchronousStandbys {
            case nil:
                add(
                    .warning,
                    "standbys",
                    "synchronous_standby_names is \(names); grant pg_monitor to this role to see whether one is connected"
                )
            case 0?:
                add(
                    .wrong,
                    "standbys",
                    "synchronous_standby_names is \(names), and none is connected: no token can be made"
                )
            case 1?:
                add(.warning, "standbys", "one synchronous standby is connected: when it is away, no token can be made")
            case let count?: add(.good, "standbys", "\(count) are synchronous")
            }
        }

        /// Two nodes are the fewest that a cluster is for.
        private mutating func examineConnections(_ found: PostgresInspection) {
            guard let limit = found.settings["max_connections"].flatMap({ Int($0) }) else { return }
            let nodes = limit / PostgresInspection.connectionsOfNode
            let words = "max_connections is \(limit), and a node holds up to \(PostgresInspection.connectionsOfNode)"
            if nodes > 2 {
                add(.good, "connections", "\(words): room for \(nodes) nodes, and fewer beside other clients")
            } else {
                add(.warning, "connections", "\(words): two nodes leave no room for anybody else")
            }
        }

        private mutating func examineClock(_ found: PostgresInspection) {
            let skew = abs(found.skewMilliseconds)
            if skew <= 1000 {
                add(.good, "clock", "the database's agrees with this machine's")
            } else {
                add(
                    .warning,
                    "clock",
                    "the database's differs from this machine's by \(skew / 1000) s; expiry goes by the database's, and a "
                        + "failover to a server whose clock differs shifts it: run NTP on all of them"
                )
            }
        }

        private mutating func examineEncryption(_ found: PostgresInspection) {
            if found.isLocalSocket {
                add(.good, "encryption", "not needed on a local socket")
            } else if found.sslMode == "verify-full" {
                add(.good, "encryption", "TLS, and the server's name is verified")
            } else {
                add(
                    .warning,
                    "encryption",
                    "the connection is \(found.isEncrypted ? "encrypted" : "in the clear") with sslmode=\(found.sslMode), which "
                        + "trusts whoever answers; use sslmode=verify-full beyond this machine"
                )
            }
        }
    }
#endif
