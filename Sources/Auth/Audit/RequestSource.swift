/// Where a request came from: the client's address, if it has one, and its User-Agent.
package struct RequestSource: Equatable, Sendable {
    package let address: IPAddress?
    package let agent: String

    package init(address: IPAddress?, agent: String) {
        self.address = address
        self.agent = agent
    }
}

extension AuditSource {
    /// The account itself, by a request.
    package static func account(_ account: AccountID, _ request: RequestSource) -> AuditSource {
        .account(account, address: request.address?.description ?? "local", agent: request.agent)
    }
}
