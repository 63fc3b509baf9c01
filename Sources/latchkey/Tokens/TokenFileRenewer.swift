import LatchkeyClient

/// Puts the tokens of a client into a file, and tells who wants to know.
struct TokenFileRenewer: Sendable {
    let file: TokenFile
    let command: ChangeCommand?
    let output: OutputOptions
    let client: TokenClient

    /// Signs in when `older`, the token in the file, is dead or due.
    func renewIfDue(_ older: String?) async throws {
        if let older, let adopted = try await client.adopt(older) {
            if await !client.isRenewalDue {
                try report(adopted, isNew: false)
                return try await runCommandIfDue()
            }
            await tellBeforeRenewal()
        }
        try put(try await client.renew())
        try await runCommandIfDue()
    }

    /// Goes on until the task is cancelled or the credentials are refused. What fails besides is said and tried again.
    func keepFresh(_ older: String?, checkingEvery interval: Duration) async throws {
        if let older, try await adopt(older), await client.isRenewalDue { await tellBeforeRenewal() }
        try await client.keepFresh(checkingEvery: interval) { token in
            // It is there when it is the one from the start, or when only the command failed.
            if (try? file.read()) != token.text { try put(token) }
            try await runCommandIfDue()
        }
    }

    /// A change of an earlier run is told although its token is due: who knows when the server issues another.
    private func tellBeforeRenewal() async {
        do {
            try await runCommandIfDue()
        } catch {
            say("\(error)")
        }
    }

    private func put(_ token: AccessToken) throws {
        if command != nil { try file.mark() }
        try file.replace(with: token.text)
        try report(token, isNew: true)
    }

    private func runCommandIfDue() async throws {
        guard let command, file.isMarked else { return }
        let told = try? file.read()
        try await command.run(tokenFile: file.path)
        // The mark may be that of a later change, which another run of this command made meanwhile.
        guard let told, (try? file.read()) == told else { return }
        do {
            try file.unmark()
        } catch {
            // No failure of the command, so no reason to repeat it now.
            say("\(error) The next start runs the command of --on-change once more.")
        }
    }

    /// Whether `older` lives. A server that cannot be asked says nothing about it: it is asked until it answers.
    private func adopt(_ older: String) async throws -> Bool {
        while true {
            do {
                return try await client.adopt(older) != nil
            } catch {
                guard case .unavailable(_, let pause) = error else { throw error }
                // Given up at once when the server asks for a longer pause than the client's patience.
                do {
                    try await Task.sleep(for: max(pause, .seconds(1)))
                } catch {
                    throw TokenClientError.cancelled
                }
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
