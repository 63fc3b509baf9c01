import NIOCore

/// The answers of `/health/alive` and `/health/ready`.
enum HealthAnswer {
    /// The process serves; says nothing of the store.
    static let alive = Answer(body: ByteBuffer(string: "{\"status\":\"alive\"}"))
    /// The store answers too.
    static let ready = Answer(body: ByteBuffer(string: "{\"status\":\"ready\"}"))
}
