import Auth
import HTTPTypes
import Hummingbird
import Parsing

/// A client's id, which is an account's e-mail, and its secret, as RFC 6749 section 2.3.1 sends them.
struct ClientCredentials {
    let email: String
    let secret: String

    /// Of `Authorization: Basic`. The RFC wants both in form encoding; half of all clients send them raw. An e-mail address
    /// tells them apart: its `@` is there, or it is `%40`.
    init(authorization: String) throws(OAuthError) {
        let credentials: BasicCredentials
        do {
            credentials = try BasicCredentials(authorization: authorization)
        } catch {
            throw .invalidClient("The Authorization header has no Basic credentials that can be read")
        }
        if credentials.userID.contains("@") {
            email = credentials.userID
            secret = credentials.password
        } else if let email = Self.decoded(credentials.userID), let secret = Self.decoded(credentials.password) {
            self.email = email
            self.secret = secret
        } else {
            throw .invalidClient("The client id is an e-mail address, raw or in form encoding, and so is the secret")
        }
        guard !secret.isEmpty else { throw .invalidClient("The client secret is missing") }
    }

    /// Of `client_id` and `client_secret` in the body.
    init(_ form: FormFields) throws(OAuthError) {
        guard let email = form["client_id"], !email.isEmpty, let secret = form["client_secret"], !secret.isEmpty else {
            throw .invalidClient("Send the client id and secret, by Basic or both in the body")
        }
        self.email = email
        self.secret = secret
    }

    private static func decoded(_ text: String) -> String? {
        guard let pairs = try? URLEncodedBody.pairs(Array("=\(text)".utf8)), pairs.count == 1 else { return nil }
        return String(validating: pairs[0].value, as: UTF8.self)
    }
}
