import Foundation

/// Tells network file systems from local ones: on the former, locks and shared memory do not bind every machine.
enum NetworkFileSystem {
    static func holds(_ directory: OpenFile) throws(SQLiteStoreError) -> Bool {
        #if canImport(Darwin)
            var information = statfs()
            guard fstatfs(directory.descriptor, &information) == 0 else {
                throw .fileSystem(path: "the data directory", code: errno)
            }
            return information.f_flags & UInt32(MNT_LOCAL) == 0
        #else
            // Where /proc is not mounted nothing is known, and nothing is refused.
            guard let descriptor = try? OpenFile("/proc/self/fdinfo/\(directory.descriptor)", O_RDONLY),
                let mounts = try? OpenFile("/proc/self/mountinfo", O_RDONLY),
                let mount = mountID(descriptorInfo: descriptor.text(limit: 4096)),
                let type = type(ofMount: mount, mountInfo: mounts.text(limit: 1 << 20))
            else { return false }
            return types.contains(type)
        #endif
    }

    static let types: Set<String> = [
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "fuse.ceph", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs",
        "fuse.sshfs", "gfs2", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs",
    ]

    /// The value of `mnt_id:` in /proc/self/fdinfo/N.
    static func mountID(descriptorInfo: String) -> Substring? {
        for line in descriptorInfo.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.count == 2, words[0] == "mnt_id:" { return words[1] }
        }
        return nil
    }

    /// The file system type of one mount in /proc/self/mountinfo: proc_pid_mountinfo(5), the first word after ` - `.
    static func type(ofMount mount: Substring, mountInfo: String) -> String? {
        for line in mountInfo.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.first == mount, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { continue }
            return String(words[dash + 1])
        }
        return nil
    }
}
