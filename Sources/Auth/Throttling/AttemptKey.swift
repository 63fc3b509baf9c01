/// What failed sign-ins are counted by: an account, or an account and one source of its own.
package struct AttemptKey: Hashable, Sendable {
    /// `AttemptKeys.length` bytes that stand for a sign-in name, whether an account has it or not.
    package let account: [UInt8]
    /// As many for the source; empty for all sources that are not known to the account.
    package let source: [UInt8]

    package init(account: [UInt8], source: [UInt8] = []) {
        self.account = account
        self.source = source
    }
}
