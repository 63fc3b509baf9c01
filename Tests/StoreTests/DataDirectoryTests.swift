import Foundation
import Testing

@testable import SQLiteStorage

@Suite struct DataDirectoryRules {
    @Test func `a missing directory is made with its parents, for its owner alone`() throws {
        let place = try TemporaryDirectory()
        let path = place.path + "/a/b/data"
        let made = try DataDirectory.prepare(path + "//")
        #expect(made.path == path)
        #expect(made.databasePath == path + "/latchkey.sqlite")
        for made in [path, place.path + "/a"] {
            var status = stat()
            #expect(stat(made, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
        }
        #expect(try DataDirectory.prepare(path) == made)
        #expect(try DataDirectory.open(path) == made)
    }

    @Test func `opening makes nothing`() throws {
        let place = try TemporaryDirectory()
        let path = place.path + "/data"
        #expect(throws: SQLiteStoreError.missingDirectory(path)) { try DataDirectory.open(path) }
        #expect(!FileManager.default.fileExists(atPath: path))
        for path in ["", "a\u{0}b"] {
            #expect(throws: SQLiteStoreError.missingDirectory(path)) { try DataDirectory.prepare(path) }
        }
    }

    @Test func `a file is no data directory, and none can be made below it`() throws {
        let place = try TemporaryDirectory()
        let path = place.path + "/file"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(throws: SQLiteStoreError.notADirectory(path)) { try DataDirectory.prepare(path) }
        #expect(throws: SQLiteStoreError.fileSystem(path: path + "/data", code: ENOTDIR)) {
            try DataDirectory.prepare(path + "/data")
        }
    }

    @Test func `another user's directory is refused, by root too, with the command to use`() throws {
        let place = try TemporaryDirectory()
        // Root can give a folder away; anyone else finds the root folder to be another's.
        let isRoot = geteuid() == 0
        let path = isRoot ? place.path : "/"
        if isRoot { #expect(chown(path, 65_534, gid_t.max) == 0) }
        let error = #expect(throws: SQLiteStoreError.self) { try DataDirectory.open(path) }
        guard case .wrongUser(path, let owner) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("sudo -u \(owner) latchkey") == true)
    }

    @Test(arguments: [0o770, 0o707, 0o777] as [mode_t])
    func `a directory that others may write to is refused`(mode: mode_t) throws {
        let place = try TemporaryDirectory()
        #expect(chmod(place.path, mode) == 0)
        #expect(throws: SQLiteStoreError.writableByOthers(place.path)) { try DataDirectory.open(place.path) }
    }

    @Test(arguments: [("31", true), ("32", false), ("33", true), ("34", true), ("99", false)])
    func `a network file system is told by its mount`(mount: String, isNetwork: Bool) throws {
        let mounts = """
            31 24 0:50 / /srv/a\\040b rw,relatime shared:9 master:2 - nfs4 server:/export rw
            32 24 8:1 / /srv/- rw,relatime - ext4 /dev/sda1 rw
            33 24 0:51 / /srv/c rw - 9p host rw
            34 24 0:52 / /srv/d rw - fuse.sshfs host: rw
            35 24 0:53 / /srv/e rw -
            """
        let descriptor = "pos:\t0\nflags:\t0100000\nmnt_id:\t\(mount)\nino:\t3\n"
        let id = try #require(NetworkFileSystem.mountID(descriptorInfo: descriptor))
        let type = NetworkFileSystem.type(ofMount: id, mountInfo: mounts)
        #expect(type.map(NetworkFileSystem.types.contains) ?? false == isNetwork)
        #expect(NetworkFileSystem.type(ofMount: "35", mountInfo: mounts) == nil)
    }

    @Test func `a second serve is told who holds the directory, and the lock ends with its holder`() throws {
        let place = try TemporaryDirectory()
        let directory = try DataDirectory.open(place.path)
        do {
            let first = try StoreLock(directory)
            let error = #expect(throws: SQLiteStoreError.self) { try StoreLock(directory) }
            #expect(error == .alreadyServed(directory: place.path, pid: getpid()))
            #expect(error?.description.contains("(pid \(getpid()))") == true)
            withExtendedLifetime(first) {}
        }
        _ = try StoreLock(directory)
    }

    @Test func `commands open the store beside a serve that holds the lock`() async throws {
        let place = try TemporaryDirectory()
        let lock = try StoreLock(DataDirectory.open(place.path))
        let store = try place.openSQLite()
        try await store.add(person(1, "ann@example.com"))
        withExtendedLifetime(lock) {}
    }
}
