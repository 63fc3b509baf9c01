import Auth
import Logging
import ServiceLifecycle

/// Takes the uses of tokens to the store every few seconds; best effort.
struct TokenUseRecorder: Service {
    let loops: EdgeLoops
    let store: any AuthStore
    let logger: Logger
    var interval = Duration.seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil { await record() }
        }
        await record()
    }

    private func record() async {
        do {
            let uses = try await loops.takeTokenUses()
            if !uses.previous.isEmpty { try await store.recordUses(uses.previous) }
            if !uses.latest.isEmpty { try await store.recordLastUses(uses.latest) }
        } catch {
            logger.warning("the use of tokens was not recorded", metadata: ["reason": "\(error)"])
        }
    }
}
