/// A PHC string under the pepper key, bound to one account: opaque bytes to a store.
package struct SealedPasswordHash: Equatable, Sendable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}
