import Auth
import Logging
import ServiceLifecycle

/// Takes the uses of previous tokens to the store every few seconds, in one transaction; best effort.
struct PreviousTokenRecorder: Service {
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
            let uses = try await loops.takePreviousTokenUses()
            if !uses.isEmpty { try await store.recordUses(uses) }
        } catch {
            logger.warning("the use of previous tokens was not recorded", metadata: ["reason": "\(error)"])
        }
    }
}
