import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// The whole body.
    func text() async throws -> String {
        let writer = CollectedBody()
        try await body.write(writer)
        return String(buffer: await writer.collected.bytes)
    }
}

/// Collects what a body writes.
private struct CollectedBody: ResponseBodyWriter {
    actor Collected {
        var bytes = ByteBuffer()
        func add(_ buffer: ByteBuffer) { bytes.writeImmutableBuffer(buffer) }
    }

    let collected = Collected()

    mutating func write(_ buffer: ByteBuffer) async throws {
        await collected.add(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
