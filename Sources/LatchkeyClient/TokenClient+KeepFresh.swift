import Logging

extension TokenClient {
    /// Renews the token in time, whether or not anybody asks, and tells of each new one, until the calling task is cancelled.
    ///
    /// ``token()`` needs no such company; this spares its callers the wait for a renewal, and serves programs that hand the token
    /// on. When `onChange` throws, it is called again with the same token after five seconds.
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
        var told: UInt64?
        var nextCheck = interval.map { clock.now() + $0 }
        while true {
            var wake = try await nextTurn(&told, onChange)
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
        _ told: inout UInt64?,
        _ onChange: @Sendable (AccessToken) async throws -> Void
    ) async throws(TokenClientError) -> Duration {
        do throws(TokenClientError) {
            let token = try await token(orNew: isRenewalDue)
            if token.serial != told {
                do {
                    try await onChange(token)
                    told = token.serial
                } catch {
                    logger.error("the new token was not handed on", metadata: ["reason": "\(error)"])
                    return clock.now() + .seconds(5)
                }
            }
        } catch .invalidCredentials {
            throw .invalidCredentials
        } catch .cancelled {
            throw .cancelled
        } catch {
            logger.warning("no token", metadata: ["reason": "\(error)"])
        }
        guard let held else { return renewal.earliestAttempt }
        return max(held.renewal, renewal.earliestAttempt)
    }

    private func rejectIfDead() async {
        guard let asked = held?.token else { return }
        if case .success(nil) = await lifeOfToken(asked.text) { reject(asked) }
    }
}
