import Foundation
import NIOCore
import NIOPosix

/// A connection whose bytes the test writes and reads itself.
struct RawConnection {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received = ByteBuffer()

    static func with(_ host: String, _ port: Int, _ body: (inout RawConnection) async throws -> Void) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            try await body(&connection)
        }
    }

    func write(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    func write(zeros count: Int) async throws { try await outbound.write(ByteBuffer(repeating: 0, count: count)) }

    /// The next head of an answer without a body; `nil` when the connection ends.
    mutating func head() async throws -> String? {
        while true {
            let text = String(buffer: received)
            if let end = text.range(of: "\r\n\r\n") {
                received.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
                return String(text[..<end.lowerBound])
            }
            guard let more = try await inbound.next() else { return nil }
            received.writeImmutableBuffer(more)
        }
    }
}
