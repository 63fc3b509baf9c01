import Logging

/// The token at hand, with instants of the client's clock.
struct HeldToken {
    let token: AccessToken
    let issued: Duration
    let renewal: Duration
    let expiry: Duration
}

/// What became of the attempt that a caller waited for.
enum Outcome {
    case token(AccessToken)
    case failed
    /// The credentials were changed meanwhile.
    case superseded
    /// The caller waits no more.
    case cancelled
}

/// One attempt at a time, for all who wait; between two attempts a pause that all share.
extension TokenClient {
    func token(orNew wantsNew: Bool) async throws(TokenClientError) -> AccessToken {
        let deadline = clock.now() + patience
        var hasWaited = false
        while true {
            guard !Task.isCancelled else { throw .cancelled }
            if !wantsNew, let token = tokenAtHand(hasWaited: hasWaited) { return token }
            guard !credentialsAreRefused else { throw .invalidCredentials }
            guard startAttempt() else {
                try await waitForNextAttempt(until: deadline)
                continue
            }
            switch await outcome() {
            case .token(let token): return token
            case .cancelled: throw .cancelled
            case .superseded: continue
            case .failed:
                hasWaited = true
                if wantsNew || tokenAtHand(hasWaited: true) == nil { try await waitForNextAttempt(until: deadline) }
            }
        }
    }

    /// The held token while it lives. Nil once it is due and its renewal is worth waiting for, because the success of that ends it;
    /// after an attempt that failed, further ones are made while callers go on with what they have.
    private func tokenAtHand(hasWaited: Bool) -> AccessToken? {
        let now = clock.now()
        guard let held, now < held.expiry else { return nil }
        if now < held.renewal || hasWaited || credentialsAreRefused { return held.token }
        if renewal.failures == 0 { return nil }
        _ = startAttempt()
        return held.token
    }

    /// Whether an attempt runs now; false during a pause.
    func startAttempt() -> Bool {
        if attemptIsRunning { return true }
        let began = clock.now()
        guard began >= renewal.earliestAttempt else { return false }
        attemptIsRunning = true
        let (credentials, version) = (credentials, credentialsVersion)
        Task {
            let result = await ask(.signIn(credentials)) { answer throws(FailedAttempt) in try answer.issuedToken() }
            end(result, began: began, version: version)
        }
        return true
    }

    private func end(_ result: Result<IssuedToken, FailedAttempt>, began: Duration, version: Int) {
        guard version == credentialsVersion else { return }
        attemptIsRunning = false
        let now = clock.now()
        switch result {
        case .success(let issued):
            if let held, now >= held.renewal { renewal.tokenLivedOut() }
            renewal.attemptSucceeded()
            let token = AccessToken(text: issued.text, userID: issued.userID, expiresIn: issued.expiresIn)
            held = HeldToken(
                token: token,
                issued: now,
                renewal: began + TokenRenewal.age(ofLife: issued.expiresIn, chance: chance()),
                expiry: began + issued.expiresIn
            )
            logger.debug("signed in", metadata: ["expires": "\(issued.expiresIn.components.seconds)"])
            answerWaiters(.token(token))
        case .failure(let failure):
            let rest = held.map { $0.expiry - now }.flatMap { $0 > .zero ? $0 : nil }
            renewal.attemptFailed(failure, at: now, rest: rest, chance: chance())
            credentialsAreRefused = failure.error == .invalidCredentials
            if credentialsAreRefused {
                logger.error("the credentials are refused; no further sign-in with them")
            } else {
                logger.warning("signing in failed", metadata: ["reason": "\(failure.error)"])
            }
            answerWaiters(.failed)
        }
    }

    /// Takes note that the server or an API refused `token`. Does nothing for any but the token at hand.
    func reject(_ token: AccessToken) {
        guard let held, held.token.serial == token.serial else { return }
        self.held = nil
        let now = clock.now()
        // An attempt that runs, or one whose answer was lost, may be what ended it.
        guard !attemptIsRunning, renewal.failures == 0, now < held.renewal else { return }
        renewal.tokenDied(atAge: now - held.issued, now: now, chance: chance())
        guard renewal.isShared else { return }
        let pause = renewal.earliestAttempt - now
        logger.warning("\(TokenClientError.accountShared(earlyDeaths: renewal.earlyDeaths, retryAfter: pause))")
    }

    func waitForNextAttempt(until deadline: Duration) async throws(TokenClientError) {
        let pause = renewal.earliestAttempt - clock.now()
        let isTooLong = renewal.earliestAttempt >= deadline
        if renewal.failures == 0 {
            if isTooLong || renewal.isShared {
                throw .accountShared(earlyDeaths: renewal.earlyDeaths, retryAfter: pause)
            }
        } else {
            switch renewal.lastFailure {
            case .transient(let cause): if isTooLong { throw .unavailable(cause, retryAfter: pause) }
            case .refused(let status, let reason): throw .refused(status: status, reason: reason)
            case .invalidCredentials: throw .invalidCredentials
            }
        }
        do {
            try await clock.sleep(renewal.earliestAttempt)
        } catch {
            throw .cancelled
        }
    }

    func lifeOfToken(_ text: String) async -> Result<TokenLife?, FailedAttempt> {
        await ask(.status(text)) { answer throws(FailedAttempt) in try answer.life() }
    }

    private func ask<Value>(
        _ call: TokenCall,
        reading: (TokenAnswer) throws(FailedAttempt) -> Value
    ) async -> Result<Value, FailedAttempt> {
        let answer: TokenAnswer
        do {
            answer = try await transport(call)
        } catch {
            return .failure(FailedAttempt(error: .transient(.network(String("\(error)".prefix(200))))))
        }
        return Result { () throws(FailedAttempt) in try reading(answer) }
    }

    private func outcome() async -> Outcome {
        lastWaiter += 1
        let waiter = lastWaiter
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiters[waiter] = $0 }
        } onCancel: {
            Task { await self.abandon(waiter) }
        }
    }

    private func abandon(_ waiter: Int) {
        waiters.removeValue(forKey: waiter)?.resume(returning: .cancelled)
    }

    func answerWaiters(_ outcome: Outcome) {
        let waiting = waiters
        waiters = [:]
        for waiter in waiting.values { waiter.resume(returning: outcome) }
    }
}
