import ArgumentParser
import Auth
import Foundation

extension Account.Role: ExpressibleByArgument {}

extension AuditSource {
    /// Whoever runs this process.
    static var commandLine: AuditSource { .commandLine(user: loginName()) }

    private static func loginName() -> String {
        let user = getuid()
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            guard let start = buffer.baseAddress, getpwuid_r(user, &record, start, buffer.count, &found) == 0,
                found != nil, let name = record.pw_name
            else { return "#\(user)" }
            return String(cString: name)
        }
    }
}
