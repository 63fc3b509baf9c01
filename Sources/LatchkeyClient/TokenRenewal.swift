/// When to renew, and when to try again: all the arithmetic of time, none of the waiting.
///
/// Instants are those of the client's ``MonotonicClock``. Chance comes in as numbers from 0 to below 1.
struct TokenRenewal: Sendable {
    /// From this many early deaths in a row on, the account counts as shared.
    static let toleratedDeaths = 2
    /// The first pause of the back-off, and its longest one.
    static let firstPause = Duration.seconds(1), longestPause = Duration.seconds(60)
    /// The longest pause between sign-ins to a shared account.
    static let longestTruce = Duration.seconds(900)
    /// A token that lived this long before it was refused, or to its renewal, did not die early.
    static let longestYouth = Duration.seconds(86_400)

    /// Attempts that failed since the last that did not.
    private(set) var failures = 0
    /// No attempt before this.
    private(set) var earliestAttempt = Duration.zero
    /// Tokens of our own that were refused early, one after the other.
    private(set) var earlyDeaths = 0
    private(set) var lastFailure = AttemptError.transient(.unexpectedAnswer)

    var isShared: Bool { earlyDeaths > TokenRenewal.toleratedDeaths }

    /// The age at which a token of this life is renewed: two thirds, a twentieth of the life earlier or later, so that clients
    /// which were started together do not stay together.
    static func age(ofLife life: Duration, chance: Double) -> Duration {
        life * (2.0 / 3 + (chance - 0.5) / 10)
    }

    /// Exponential back-off with full jitter. `rest` is what the token still lives: inside the margin the pauses stay short
    /// enough for several attempts.
    mutating func attemptFailed(_ failure: FailedAttempt, at now: Duration, rest: Duration?, chance: Double) {
        lastFailure = failure.error
        let doubled = TokenRenewal.firstPause * (1 << min(failures, 10))
        failures += 1
        var longest = min(doubled, TokenRenewal.longestPause)
        if let rest { longest = min(longest, max(rest / 4, .milliseconds(100))) }
        // The server's own word is the least; the jitter on top keeps its callers apart.
        earliestAttempt = now + (failure.retryAfter ?? .zero) + longest * chance
    }

    mutating func attemptSucceeded() {
        failures = 0
        earliestAttempt = .zero
    }

    /// The last token lived until its renewal: whoever else signed in has stopped.
    mutating func tokenLivedOut() {
        earlyDeaths = 0
    }

    /// A token of our own was refused at `age`, before its renewal. Two clients of one account would end each other's tokens
    /// for ever: from the second such death on, sign-ins are put off ever longer.
    mutating func tokenDied(atAge age: Duration, now: Duration, chance: Double) {
        earlyDeaths = age < TokenRenewal.longestYouth ? earlyDeaths + 1 : 1
        guard earlyDeaths > 1 else { return }
        let truce = min(.seconds(1) * (1 << min(earlyDeaths - 2, 12)), TokenRenewal.longestTruce)
        earliestAttempt = max(earliestAttempt, now + truce * (0.5 + chance / 2))
    }
}
