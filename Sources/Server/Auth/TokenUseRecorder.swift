import Auth
import Logging
import ServiceLifecycle

/// Takes the uses of tokens to the store every few seconds; best effort.
struct TokenUseRecorder: Service {
    let loops: EdgeLoops
    let store: any AuthStore
    let logger: Logger
    var interval = Duration.seconds(2)

    /// Of each kind that could not be written, the latest.
    static let kept = 1000

    typealias Uses = (previous: [TokenUse], latest: [TokenUse])

    func run() async throws {
        var uses = await cancelWhenGracefulShutdown {
            var uses = Uses([], [])
            while (try? await Task.sleep(for: interval)) != nil { await record(&uses) }
            return uses
        }
        await record(&uses)
    }

    private func record(_ uses: inout Uses) async {
        do {
            let taken = try await loops.takeTokenUses()
            uses.previous += taken.previous
            uses.latest += taken.latest
        } catch {
            logger.warning("the use of tokens is not known", metadata: ["reason": "\(error)"])
        }
        await TokenUseRecorder.write(&uses.previous, logger, store.recordUses)
        await TokenUseRecorder.write(&uses.latest, logger, store.recordLastUses)
    }

    /// What is not written stays for the next time.
    static func write(_ uses: inout [TokenUse], _ logger: Logger, _ record: ([TokenUse]) async throws -> Void) async {
        guard !uses.isEmpty else { return }
        do {
            try await record(uses)
            uses = []
        } catch {
            uses = uses.suffix(kept)
            logger.warning("the use of tokens was not recorded", metadata: ["reason": "\(error)"])
        }
    }
}
