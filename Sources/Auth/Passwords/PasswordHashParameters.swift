/// What an argon2id hash costs: memory and passes over it, in one lane.
package struct PasswordHashParameters: Equatable, Sendable {
    /// KiB.
    package let memoryKiB: Int
    package let iterations: Int

    /// OWASP's floor, and the default.
    package static let floor = PasswordHashParameters(uncheckedMemoryKiB: 19_456, iterations: 2)

    /// 1 GiB, and 16 passes: a hash beyond takes many seconds and would let one sign-in hold a thread and the machine's
    /// memory. Stored hashes beyond are not verified either, so these are also what a setting may ask for.
    package static let ceiling = PasswordHashParameters(uncheckedMemoryKiB: 1_048_576, iterations: 16)

    /// Throws unless both lie between `floor` and `ceiling`.
    package init(memoryKiB: Int, iterations: Int) throws(OutOfRange) {
        guard PasswordHashParameters.floor.memoryKiB...PasswordHashParameters.ceiling.memoryKiB ~= memoryKiB else {
            throw .memory
        }
        guard PasswordHashParameters.floor.iterations...PasswordHashParameters.ceiling.iterations ~= iterations else {
            throw .iterations
        }
        self.init(uncheckedMemoryKiB: memoryKiB, iterations: iterations)
    }

    init(uncheckedMemoryKiB: Int, iterations: Int) {
        memoryKiB = uncheckedMemoryKiB
        self.iterations = iterations
    }

    /// Whether memory or passes are fewer than `other` has.
    func isLess(than other: PasswordHashParameters) -> Bool {
        memoryKiB < other.memoryKiB || iterations < other.iterations
    }

    /// Which parameter no setting may have.
    package enum OutOfRange: Error, Equatable, CustomStringConvertible {
        case memory, iterations

        package var description: String {
            let (floor, ceiling) = (PasswordHashParameters.floor, PasswordHashParameters.ceiling)
            return switch self {
            case .memory: "argon2id takes \(floor.memoryKiB) to \(ceiling.memoryKiB) KiB of memory; choose within"
            case .iterations: "argon2id takes \(floor.iterations) to \(ceiling.iterations) passes; choose within"
            }
        }
    }
}
