import Auth
import Foundation
import Testing

let operatorSource = AuditSource.commandLine(user: "tester")

func draft(_ kind: AuditDraft.Kind, _ detail: String = "") -> AuditDraft {
    AuditDraft(kind, by: operatorSource, detail: detail)
}

func digest(_ byte: UInt8) -> TokenDigest {
    [UInt8](repeating: byte, count: 32).withUnsafeBytes { TokenDigest($0)! }
}

func newToken(_ byte: UInt8, lifetimeSeconds: Int64 = 3600) -> NewToken {
    NewToken(digest: digest(byte), keyID: Int64(byte) + 1, lifetimeSeconds: lifetimeSeconds)
}

func sealed(_ text: String) -> SealedPasswordHash {
    SealedPasswordHash(bytes: Array(text.utf8))
}

func id(_ number: Int64, createdAt: Timestamp = TestClock.start) -> AccountID {
    AccountID(createdAt: createdAt, number: number)!
}

func person(
    _ number: Int64,
    _ email: String,
    role: Account.Role = .member,
    password: SealedPasswordHash? = sealed("hash")
) throws -> NewAccount {
    NewAccount(
        id: id(number),
        email: try EmailAddress(email),
        kind: .user,
        role: role,
        scopes: [],
        password: password
    )
}

func service(_ number: Int64, _ email: String, owner: Int64, scopes: String = "") throws -> NewAccount {
    NewAccount(
        id: id(number),
        email: try EmailAddress(email),
        kind: .service(ownerNumber: owner, purpose: "nightly export"),
        role: .member,
        scopes: try Scope.list(scopes),
        password: sealed("hash")
    )
}

extension AuthStore {
    /// Adds an account that nothing stands in the way of.
    func add(_ account: NewAccount) async throws {
        #expect(try await addAccount(account, audit: draft(.accountAdded)))
    }

    func replaceToken(of number: Int64, _ byte: UInt8, ifPasswordVersion version: Int64 = 1) async throws -> Int64? {
        try await replaceToken(
            of: id(number),
            with: newToken(byte),
            ifPasswordVersion: version,
            audit: draft(.tokenGenerated)
        )
    }

    /// Whichever token the account has.
    func replaceToken(
        of account: AccountID,
        with token: NewToken,
        ifPasswordVersion version: Int64,
        audit: AuditDraft
    ) async throws(AuthError) -> Int64? {
        try await replaceToken(
            of: account,
            with: token,
            ifPasswordVersion: version,
            ifGeneration: nil,
            audit: audit
        )
    }

    /// Of whichever generation it is.
    func revokeToken(of account: AccountID, ifDigest digest: TokenDigest?, audit: AuditDraft) async throws(AuthError)
        -> Bool
    {
        try await revokeToken(of: account, ifDigest: digest, ifGeneration: nil, audit: audit)
    }

    /// Whichever password the account has.
    func setPassword(of account: AccountID, to sealed: SealedPasswordHash, audit: AuditDraft) async throws {
        #expect(try await setPassword(of: account, to: sealed, ifPasswordVersion: nil, audit: audit) != nil)
    }

    func storedAccount(_ number: Int64) async throws -> Account {
        try #require(try await account(number: number))
    }
}

/// An event loop's turns, in the test's hands.
final class Turn {
    private var work: [() -> Void] = []
    private let posts = Posts()

    /// How often the end of the turn was asked for.
    var count: Int { work.count }

    fileprivate func atEnd(_ closure: @escaping () -> Void) {
        work.append(closure)
    }

    fileprivate var post: @Sendable (@escaping @Sendable () -> Void) -> Void {
        { [posts] closure in posts.add(closure) }
    }

    /// Ends the turn and runs those that follow until each waiter has heard once more.
    func end(answering waiters: [Waiter]) {
        let expected = waiters.map { $0.lookups.count + 1 }
        let due = work
        work = []
        for closure in due { closure() }
        let deadline = Date(timeIntervalSinceNow: 30)
        while zip(waiters, expected).contains(where: { $0.lookups.count < $1 }) {
            guard let post = posts.take(before: deadline) else {
                Issue.record("a lookup was not answered")
                return
            }
            post()
        }
    }

    /// What other threads want done on the loop.
    private final class Posts: @unchecked Sendable {
        private let condition = NSCondition()
        private var closures: [@Sendable () -> Void] = []

        func add(_ closure: @escaping @Sendable () -> Void) {
            condition.withLock {
                closures.append(closure)
                condition.signal()
            }
        }

        func take(before deadline: Date) -> (@Sendable () -> Void)? {
            condition.withLock {
                while closures.isEmpty {
                    guard condition.wait(until: deadline) else { return nil }
                }
                return closures.removeFirst()
            }
        }
    }
}

extension AuthStore {
    func makeTokenLookups(on turn: Turn) throws -> any TokenLookups {
        try makeTokenLookups(endOfTurn: { turn.atEnd($0) }, onLoop: turn.post)
    }
}

final class Waiter: TokenLookupWaiter {
    private(set) var lookups: [TokenLookup] = []
    var onFinish: () -> Void = {}

    func finish(_ lookup: TokenLookup) {
        lookups.append(lookup)
        onFinish()
    }

    /// The token found last, if one was.
    var token: LiveToken? {
        guard case .found(let token, _) = lookups.last else { return nil }
        return token
    }

    var isAbsent: Bool {
        guard case .absent = lookups.last else { return false }
        return true
    }

    var isUnavailable: Bool {
        guard case .unavailable = lookups.last else { return false }
        return true
    }
}

/// What one lookup in a turn of its own finds.
func lookUp(_ account: AccountID, in store: any AuthStore) throws -> Waiter {
    let turn = Turn()
    let waiter = Waiter()
    let lookups = try store.makeTokenLookups(on: turn)
    lookups.lookUp(account, for: waiter)
    turn.end(answering: [waiter])
    #expect(waiter.lookups.count == 1)
    return waiter
}
