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
        } else {
            try put(try await client.renew())
        }
        try await runCommandIfDue()
    }

    /// Goes on until the task is cancelled or the credentials are refused. What fails besides is said and tried again.
    func keepFresh(_ older: String?, checkingEvery interval: Duration) async throws {
        if let older { try await adopt(older) }
        try await client.keepFresh(checkingEvery: interval) { token in
            // It is there when it is the one from the start, or when only the command failed.
            if (try? file.read()) != token.text { try put(token) }
            try await runCommandIfDue()
        }
    }

    private func put(_ token: AccessToken) throws {
        if command != nil { try file.mark() }
        try file.replace(with: token.text)
        try report(token, isNew: true)
    }

    private func runCommandIfDue() async throws {
        guard let command, file.isMarked else { return }
        try await command.run(tokenFile: file.path)
        try file.unmark()
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
