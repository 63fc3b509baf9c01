import Auth
import Logging

extension ThrottleNotice {
    /// An account by its user_id, a name that no account has by its keyed hash.
    func log(to logger: Logger) {
        logger.notice(
            "sign-ins are throttled",
            metadata: [
                "reason": .string(reason.label), "account": .string(account.map { "\($0)" } ?? label),
                "address": .string(address.map { "\($0)" } ?? "local"),
            ]
        )
    }
}
