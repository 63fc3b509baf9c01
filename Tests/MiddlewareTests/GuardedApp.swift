import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization

@testable import LatchkeyMiddleware

struct GuardedContext: LatchkeyRequestContext {
    var coreContext: CoreRequestContextStorage
    var identity: LatchkeyIdentity?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}

/// An app of one route that says who calls and which headers it sees.
func guardedApp(_ middleware: LatchkeyMiddleware<GuardedContext>) -> Application<RouterResponder<GuardedContext>> {
    let router = Router(context: GuardedContext.self)
    router.get("open") { _, context in "\(context.identity == nil)" }
    router.group("orders").add(middleware: middleware)
        .post { request, context in
            let identity = try context.requireIdentity()
            let body = try await request.body.collect(upTo: 1000)
            let names = request.headers.map(\.name.canonicalName).filter { $0.contains("latchkey") }
            return "\(identity.email) \(String(buffer: body)) \(names)"
        }
    return Application(router: router, logger: .silent)
}

/// What stands for Latchkey where no connection is needed: the tokens that live, and how often it was asked.
final class FakeGuard: Sendable {
    private let state = Mutex((live: [String: LatchkeyIdentity](), answer: GuardVerdict?.none, asked: 0))

    var asked: Int { state.withLock { $0.asked } }

    func add(_ token: String, expires: Date = .distantFuture) {
        state.withLock { $0.live["Bearer \(token)"] = .sample(expires: expires) }
    }
    func revoke(_ token: String) {
        state.withLock { $0.live["Bearer \(token)"] = nil }
    }
    /// From now on whoever is asked about gets this.
    func answer(_ verdict: GuardVerdict) {
        state.withLock { $0.answer = verdict }
    }

    func verdict(on authorization: String) -> GuardVerdict {
        state.withLock { state in
            state.asked += 1
            return state.answer ?? state.live[authorization].map { .passes($0) } ?? .unauthorized(challenge: "Bearer")
        }
    }
}

/// The time of a test, for both clocks.
final class TestTime: Sendable {
    private let passed = Mutex(Duration.zero)

    var now: Duration { passed.withLock { $0 } }
    var date: Date { Date(timeIntervalSince1970: TimeInterval(now.components.seconds)) }
    func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
}

extension LatchkeyIdentity {
    static func sample(expires: Date = Date(timeIntervalSince1970: 1_900_000_000)) -> LatchkeyIdentity {
        LatchkeyIdentity(
            userID: "1665086295388x405886519539808060",
            email: "sync@example.com",
            accountType: .service,
            role: "member",
            scopes: ["orders", "stock"],
            expires: expires
        )
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
