import Logging

extension TokenClient {
    /// Renews the token in time, whether or not anybody asks, and tells of each new one, until the calling task is cancelled.
    ///
    /// ``token()`` needs no such company; this spares its callers the wait for a renewal, and serves programs that hand the token
    /// on. When `onChange` throws, it is called again with the same token: after five seconds, then after pauses that double up to
    /// a minute.
    ///
    /// - Parameters:
    ///   - interval: How often to ask the server whether the token still lives, so that one that somebody else ended is
    ///     replaced although nobody reports it; nil never asks.
    ///   - onChange: Gets the first token and each that replaces it.
    /// - Throws: ``TokenClientError/invalidCredentials`` as soon as the server says so, even while the token at hand lives;
    ///   ``TokenClientError/cancelled``. Everything else is logged and tried again.
    public func keepFresh(
        checkingEvery interval: Duration? = nil,
        onChange: @Sendable (AccessToken) async throws -> Void
    ) async throws(TokenClientError) {
        var handing = Handing()
        var nextCheck = interval.map { clock.now() + $0 }
        while true {
            var wake = try await nextTurn(&handing, onChange)
            if let nextCheck { wake = min(wake, nextCheck) }
            do {
                try await clock.sleep(wake)
            } catch {
                throw .cancelled
            }
            if let interval, let check = nextCheck, clock.now() >= check {
                await rejectIfDead()
                nextCheck = clock.now() + interval
            }
        }
    }

    /// Sees to it that there is a token and that it is told; gives the instant of the next look.
    private func nextTurn(
        _ handing: inout Handing,
        _ onChange: @Sendable (AccessToken) async throws -> Void
    ) async throws(TokenClientError) -> Duration {
        var again: Duration?
        do throws(TokenClientError) {
            let token = try await token(orNew: isRenewalDue)
            await handOn(token, &handing, onChange)
            again = handing.again
        } catch .invalidCredentials {
            throw .invalidCredentials
        } catch .cancelled {
            throw .cancelled
        } catch {
            logger.warning("no token", metadata: ["reason": "\(error)"])
        }
        let renewing = held.map { max($0.renewal, renewal.earliestAttempt) } ?? renewal.earliestAttempt
        return again.map { min($0, renewing) } ?? renewing
    }

    private func handOn(
        _ token: AccessToken,
        _ handing: inout Handing,
        _ onChange: @Sendable (AccessToken) async throws -> Void
    ) async {
        if handing.serial != token.serial {
            handing = Handing(serial: token.serial)
        } else {
            guard let again = handing.again, clock.now() >= again else { return }
        }
        do {
            try await onChange(token)
            handing.again = nil
        } catch {
            var metadata: Logger.Metadata = ["reason": "\(error)"]
            // Who was told to stop tries nothing again.
            if !Task.isCancelled { metadata["retry"] = "\(handing.pause.components.seconds) s" }
            logger.error("the new token was not handed on", metadata: metadata)
            handing.again = clock.now() + handing.pause
            handing.pause = min(handing.pause * 2, .seconds(60))
        }
    }

    private func rejectIfDead() async {
        guard let asked = held?.token else { return }
        if case .success(nil) = await lifeOfToken(asked.text) { reject(asked) }
    }
}

/// How far the latest token has come to whoever wants it.
private struct Handing {
    var serial: UInt64?
    /// When it is tried again; nil when it was taken.
    var again: Duration?
    var pause = Duration.seconds(5)
}
