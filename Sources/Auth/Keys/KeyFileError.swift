/// Why a key file cannot be used, in sentences for the operator; none shows a key.
package enum KeyFileError: Error, Equatable, Sendable {
    case missing(path: String)
    case alreadyThere(path: String)
    /// The store was made with other keys.
    case otherStore(path: String)
    /// Another user could read it.
    case tooOpen(path: String, mode: UInt32)
    case notAFile(path: String)
    case malformed(path: String, reason: String)
    /// Under 32 bytes.
    case keyTooShort(path: String, purpose: String, id: Int64)
    /// One secret stands for two keys.
    case keyUsedTwice(path: String, purpose: String, id: Int64)
    case failed(path: String, action: String, reason: String)
}

extension KeyFileError: CustomStringConvertible {
    /// What is wrong and what to do next.
    package var description: String {
        switch self {
        case .missing(let path):
            """
            There is no key file \(path). Put back the one this store was made with, or point keys.file to it: without \
            it no token and no password of the store is good.
            """
        case .alreadyThere(let path):
            "There is a file \(path) already, and keys are never overwritten. Use it, or choose another path."
        case .otherStore(let path):
            """
            The key file \(path) is not the one this store was made with: no token and no password of the store is good \
            with it. Every node needs a copy of the same file.
            """
        case .tooOpen(let path, let mode):
            """
            Other users may read the key file \(path) (mode \(String(mode & 0o7777, radix: 8))). Run \
            `chmod 600 \(path)`, and consider that the keys may be known.
            """
        case .notAFile(let path): "The key file \(path) is not a regular file. Point keys.file to one."
        case .malformed(let path, let reason): "The key file \(path) \(reason). Put back a good copy."
        case .keyTooShort(let path, let purpose, let id):
            "Key \(id) for \(purpose) in \(path) has fewer than 32 bytes. Put back a good copy of the file."
        case .keyUsedTwice(let path, let purpose, let id):
            "Key \(id) for \(purpose) in \(path) is the same as another key or has its id. Put back a good copy."
        case .failed(let path, let action, let reason):
            "The key file \(path) could not be \(action): \(reason). Check the path, its owner and the space left."
        }
    }
}
