import Auth
import Parsing

/// What a guard address demands of a token: `?scope=a&scope=b&role=c` wants all of the scopes and one of the roles.
struct GuardDemand: Sendable {
    private(set) var scopes: [Scope] = []
    private var roles: [Account.Role] = []
    /// Something in the address is no demand of ours, so nothing may pass by it: it could be a demand misspelt.
    private(set) var isMalformed = false

    static let nothing = GuardDemand()

    private init() {}

    /// Reads a query in form encoding; a scope parameter may list scopes with spaces, as RFC 6749 section 3.3 does.
    init(query: Substring) {
        guard let pairs = try? URLEncodedBody.pairs(Array(query.utf8)) else {
            isMalformed = true
            return
        }
        for (name, value) in pairs {
            let text = String(decoding: value, as: UTF8.self)
            if name.elementsEqual("scope".utf8), let list = try? Scope.list(text), !list.isEmpty {
                scopes += list
            } else if name.elementsEqual("role".utf8), let role = Account.Role(rawValue: text) {
                roles.append(role)
            } else {
                isMalformed = true
            }
        }
    }

    /// Whether the token is good enough; one that is not limited to scopes has them all.
    func isMet(by token: LiveToken) -> Bool {
        guard !isMalformed, roles.isEmpty || roles.contains(token.role) else { return false }
        guard !scopes.isEmpty, !token.scopes.isEmpty else { return true }
        let held = token.scopes.utf8.split(separator: UInt8(ascii: " "))
        return scopes.allSatisfy { scope in held.contains { $0.elementsEqual(scope.description.utf8) } }
    }
}
