import LatchkeyClient

/// Puts the tokens of a client into a file, and tells who wants to know.
struct TokenFileRenewer: Sendable {
    let file: TokenFile
    let command: ChangeCommand?
    let output: OutputOptions
    let client: TokenClient

    /// Signs in when `older`, the token in the file, is dead or due.
    func renewIfDue(_ older: String?) async throws {
        if let older, let adopted = try await client.adopt(older), await !client.isRenewalDue {
            try report(adopted, isNew: false)
            return
        }
        let token = try await client.renew()
        try file.replace(with: token.text)
        try report(token, isNew: true)
        try await command?.run(tokenFile: file.path)
    }

    /// Goes on until the task is cancelled or the credentials are refused. What fails besides is said and tried again.
    func keepFresh(_ older: String?, checkingEvery interval: Duration) async throws {
        if let older { try await adopt(older) }
        try await client.keepFresh(checkingEvery: interval) { token in
            guard token.text != older else { return }
            try file.replace(with: token.text)
            try report(token, isNew: true)
            do {
                try await command?.run(tokenFile: file.path)
            } catch {
                say(ExitStatus.judge(error).words)
            }
        }
    }

    /// A server that cannot be asked says nothing about the token: it is asked until it answers.
    private func adopt(_ older: String) async throws {
        while true {
            do {
                _ = try await client.adopt(older)
                return
            } catch {
                guard case .unavailable = error else { throw error }
            }
        }
    }

    private func report(_ token: AccessToken, isNew: Bool) throws {
        let seconds = token.expiresIn.components.seconds
        let json = JSONText.object([
            "renewed": .bool(isNew), "user_id": .text(token.userID), "expires": .number(seconds),
        ])
        try output.print(json, text: nil)
        let life = DurationText(milliseconds: seconds * 1000)
        say(isNew ? "A new token is in \(shown(file.path)), good for \(life)." : "The token is good for \(life).")
    }
}
