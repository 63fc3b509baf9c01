import ServiceLifecycle

/// Looks whether the store answers while nobody else does, so that "since" is right to a few seconds.
struct ReadinessWatch: Service {
    let readiness: Readiness
    var interval = Duration.seconds(10)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { _ = await readiness.current() } while (try? await Task.sleep(for: interval)) != nil
        }
    }
}
