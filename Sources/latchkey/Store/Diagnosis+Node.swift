import Auth
import Foundation
import SQLiteStorage

#if PostgreSQL
    import PostgresStorage
#endif

extension Diagnosis {
    mutating func examineStore(_ settings: Settings) {
        guard let url = settings.store else { return examineSQLite(settings) }
        #if PostgreSQL
            do throws(PostgresStoreError) {
                examine(try PostgresInspection(url.text))
            } catch {
                add(.wrong, "database", error.description)
            }
        #else
            add(.wrong, "database", "\(url) is set, but this latchkey was built without PostgreSQL")
        #endif
    }

    private mutating func examineSQLite(_ settings: Settings) {
        do throws(SQLiteStoreError) {
            // Its owner, its mode and its file system are judged by opening it.
            let directory = try DataDirectory.open(settings.dataDirectory)
            add(.good, "data directory", "\(directory.path) is on a local disk and its owner's alone")
            let schema = try SQLiteMigrations(in: directory)
            if !schema.isReadable {
                add(.wrong, "schema", SQLiteStoreError.newerSchema(directory: directory.path).description)
            } else if schema.pending.isEmpty {
                add(.good, "schema", "that of this version")
            } else {
                add(.warning, "schema", "lacks \(schema.pending.joined(separator: ", ")); the next start adds it")
            }
        } catch {
            add(.wrong, "data directory", error.description)
        }
    }

    mutating func examineKeys(_ settings: Settings) {
        let path = settings.keysPath
        do throws(KeyFileError) {
            _ = try KeyFile.load(at: path)
            if settings.keysFile == nil, settings.store == nil {
                add(
                    .warning,
                    "key file",
                    "\(path) lies beside the database, so a copy of the folder opens everything; set keys.file"
                )
            } else {
                add(.good, "key file", "\(path) is whole and its owner's alone")
            }
        } catch {
            add(.wrong, "key file", error.description)
        }
    }

    mutating func examineHashing(_ settings: Settings) async {
        do {
            let hasher = try PasswordHasher(
                parameters: PasswordHashParameters(
                    memoryKiB: settings.hashMemoryKiB,
                    iterations: settings.hashIterations
                ),
                threads: 1,
                deadline: .seconds(60)
            )
            defer { hasher.stop() }
            var fastest = Duration.seconds(3600)
            for _ in 0..<3 {
                let start = ContinuousClock.now
                _ = try await hasher.hash(Password("a password to measure with"))
                fastest = min(fastest, .now - start)
            }
            let milliseconds = Int(fastest / .milliseconds(1))
            let words = "one argon2id hash takes \(milliseconds) ms on this machine"
            switch milliseconds {
            case ..<100: add(.good, "passwords", words)
            case ..<1000: add(.warning, "passwords", words + "; a core signs in few people a second")
            default: add(.wrong, "passwords", words + "; lower passwords.memory or passwords.iterations")
            }
        } catch {
            add(.wrong, "passwords", "\(error)")
        }
    }
}
