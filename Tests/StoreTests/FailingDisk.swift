import Foundation
import GRDBSQLite
import Synchronization

/// Makes SQLite's system calls fail below chosen folders: stands in front of the usual layer to the operating system.
enum FailingDisk {
    /// SQLITE_IOERR_FSYNC, whose macro Swift cannot read.
    static let fsyncFailure: CInt = SQLITE_IOERR | (4 << 8)

    struct Faults {
        /// What fsync gives, of the log and of the database file; SQLITE_OK asks the real disk.
        var logSync = SQLITE_OK
        var databaseSync = SQLITE_OK
        var write = SQLITE_OK
    }

    private struct Tap {
        let folder: String
        let isLog: Bool
        let methods: UnsafePointer<sqlite3_io_methods>
    }

    private struct State: @unchecked Sendable {
        var faults: [String: Faults] = [:]
        var taps: [UInt: Tap] = [:]
        var usual: UnsafeMutablePointer<sqlite3_vfs>?
    }

    private static let state = Mutex(State())

    /// From now on calls below `folder` fail so; the first call for a folder comes before its database is opened.
    static func set(_ faults: Faults, below folder: String) {
        _ = isInstalled
        state.withLock { $0.faults[folder] = faults }
    }

    private static let isInstalled: Bool = {
        guard let usual = sqlite3_vfs_find(nil) else { return false }
        let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        layer.initialize(to: usual.pointee)
        layer.pointee.zName = UnsafePointer(strdup("failing"))
        layer.pointee.pNext = nil
        let address = UInt(bitPattern: usual)
        state.withLock { $0.usual = UnsafeMutablePointer(bitPattern: address) }
        layer.pointee.xOpen = { layer, name, file, flags, outFlags in
            let address = FailingDisk.state.withLock { UInt(bitPattern: $0.usual) }
            guard let usual = UnsafeMutablePointer<sqlite3_vfs>(bitPattern: address) else { return SQLITE_ERROR }
            let code = usual.pointee.xOpen(layer, name, file, flags, outFlags)
            if code == SQLITE_OK, let name, let file { FailingDisk.tap(file, String(cString: name)) }
            return code
        }
        return sqlite3_vfs_register(layer, 1) == SQLITE_OK
    }()

    /// Gives the file methods of its own that ask for faults first. The few bytes live as long as the test process.
    private static func tap(_ file: UnsafeMutablePointer<sqlite3_file>, _ path: String) {
        guard let methods = file.pointee.pMethods else { return }
        let key = UInt(bitPattern: file)
        let original = UInt(bitPattern: methods)
        let isWatched = state.withLock { state in
            guard let folder = state.faults.keys.first(where: { path.hasPrefix($0 + "/") }),
                let methods = UnsafePointer<sqlite3_io_methods>(bitPattern: original)
            else { return false }
            state.taps[key] = Tap(folder: folder, isLog: path.hasSuffix("-wal"), methods: methods)
            return true
        }
        guard isWatched else { return }
        let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        copy.initialize(to: methods.pointee)
        copy.pointee.xSync = { file, flags in
            guard let (faults, tap) = FailingDisk.lookUp(file) else { return FailingDisk.fsyncFailure }
            let fault = tap.isLog ? faults.logSync : faults.databaseSync
            return fault == SQLITE_OK ? tap.methods.pointee.xSync(file, flags) : fault
        }
        copy.pointee.xWrite = { file, bytes, count, offset in
            guard let (faults, tap) = FailingDisk.lookUp(file) else { return SQLITE_IOERR }
            return faults.write == SQLITE_OK ? tap.methods.pointee.xWrite(file, bytes, count, offset) : faults.write
        }
        file.pointee.pMethods = UnsafePointer(copy)
    }

    private static func lookUp(_ file: UnsafeMutablePointer<sqlite3_file>?) -> (Faults, Tap)? {
        let key = UInt(bitPattern: file)
        let found: UncheckedPair? = state.withLock { state in
            guard let tap = state.taps[key], let faults = state.faults[tap.folder] else { return nil }
            return UncheckedPair(value: (faults, tap))
        }
        return found?.value
    }

    private struct UncheckedPair: @unchecked Sendable {
        let value: (Faults, Tap)
    }
}
