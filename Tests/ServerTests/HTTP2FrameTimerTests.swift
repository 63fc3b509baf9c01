import NIOCore
import NIOEmbedded
import Testing

@testable import Server

/// What an HTTP/2 client may take its time with.
struct HTTP2FrameTimerTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let headers: UInt8 = 1
    private static let continuation: UInt8 = 9
    private static let data: UInt8 = 0
    private static let settings: UInt8 = 4
    private static let endHeaders: UInt8 = 4

    private static func frame(_ type: UInt8, _ flags: UInt8 = 0, bytes: Int = 0) -> [UInt8] {
        [UInt8(bytes >> 16), UInt8(bytes >> 8 & 0xFF), UInt8(bytes & 0xFF), type, flags, 0, 0, 0, 1]
            + [UInt8](repeating: 0, count: bytes)
    }

    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: HTTP2FrameTimer(limits: EdgeLimits()))
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        return channel
    }

    /// A byte every 100 ms until the connection is closed; the milliseconds until then, nil when all bytes went through.
    private func drip(_ bytes: [UInt8], on channel: EmbeddedChannel) throws -> Int? {
        for (index, byte) in bytes.enumerated() {
            try channel.writeInbound(ByteBuffer(bytes: [byte]))
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(100))
            if !channel.isActive { return (index + 1) * 100 }
        }
        return nil
    }

    static let drips: [(String, [UInt8], [UInt8], Int)] = [
        ("a header", preface, frame(headers, endHeaders, bytes: 200), 5000),
        ("more header", preface + frame(headers), frame(continuation) + frame(continuation, bytes: 200), 5000),
        ("a header's last piece", preface + frame(headers), frame(continuation, endHeaders, bytes: 200), 5000),
        ("a body", preface + frame(headers, endHeaders), frame(data, bytes: 200), 10_000),
        ("settings", preface, frame(settings, bytes: 200), 10_000),
    ]

    @Test(arguments: drips)
    func `a frame that drips in ends the connection in its time`(
        _ what: String,
        _ opening: [UInt8],
        _ drips: [UInt8],
        _ milliseconds: Int
    ) throws {
        let channel = try connection()
        try channel.writeInbound(ByteBuffer(bytes: opening))
        #expect(try drip(drips, on: channel) == milliseconds, "\(what)")
    }

    @Test(arguments: [Array(preface.dropLast()), preface + [0], preface + frame(headers)])
    func `what stops in the middle ends the connection after 5 s`(_ bytes: [UInt8]) throws {
        let channel = try connection()
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(4999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
    }

    private func setWritable(_ isWritable: Bool, _ channel: EmbeddedChannel) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    @Test func `what stops in the middle while nothing is read has its time anew afterwards`() throws {
        let channel = try connection()
        let frame = Self.frame(Self.headers, Self.endHeaders, bytes: 20)
        try channel.writeInbound(ByteBuffer(bytes: Self.preface + frame.prefix(15)))
        channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        setWritable(false, channel)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(9999))
        #expect(channel.isActive)
        setWritable(true, channel)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(4999))
        #expect(channel.isActive)
        try channel.writeInbound(ByteBuffer(bytes: frame.dropFirst(15)))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
    }

    @Test func `a frame that does not go on after a pause in reading ends the connection after 5 s`() throws {
        let channel = try connection()
        try channel.writeInbound(ByteBuffer(bytes: Self.preface))
        setWritable(false, channel)
        // What was read already when the pause began.
        try channel.writeInbound(ByteBuffer(bytes: [0]))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(9999))
        #expect(channel.isActive)
        setWritable(true, channel)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(4999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
    }

    @Test func `whole frames have all the time, however they are cut`() throws {
        let channel = try connection()
        let frames =
            Self.frame(Self.settings, bytes: 18) + Self.frame(Self.headers, bytes: 10)
            + Self.frame(Self.continuation, Self.endHeaders) + Self.frame(Self.data, bytes: 9)
        for size in 1...frames.count {
            var rest = (size == 1 ? Self.preface + frames : frames)[...]
            while !rest.isEmpty {
                try channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            channel.embeddedEventLoop.advanceTime(by: .seconds(60))
            #expect(channel.isActive)
        }
    }
}
