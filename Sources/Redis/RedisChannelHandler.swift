import NIOCore

/// Matches replies with commands, in order. Lives on its channel's event loop.
final class RedisChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = RedisBatch
    typealias OutboundOut = ByteBuffer

    private var parser = RESPParser()
    private var batches: [(batch: RedisBatch, replies: [RedisValue])] = []
    private let onClose: @Sendable () -> Void

    init(onClose: @escaping @Sendable () -> Void) { self.onClose = onClose }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let batch = unwrapOutboundIn(data)
        batches.append((batch, []))
        context.write(wrapOutboundOut(batch.bytes), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.feed(unwrapInboundIn(data).readableBytesView)
        do throws(RedisError) {
            while let value = try parser.next() {
                guard !batches.isEmpty else { throw RedisError(.protocolViolation, "a reply nobody asked for") }
                batches[0].replies.append(value)
                if batches[0].replies.count == batches[0].batch.count {
                    let (batch, replies) = batches.removeFirst()
                    batch.promise.succeed(replies)
                }
            }
        } catch {
            fail(error)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        onClose()
        fail(RedisError(.connection, "the connection was closed"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(RedisError(.connection, "\(error)"))
        context.close(promise: nil)
    }

    private func fail(_ error: RedisError) {
        let failed = batches
        batches = []
        for entry in failed { entry.batch.promise.fail(error) }
    }
}

/// Commands sent together, and who waits for their replies.
struct RedisBatch: Sendable {
    let bytes: ByteBuffer
    let count: Int
    let promise: EventLoopPromise<[RedisValue]>

    static func encode(_ commands: [[String]]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for command in commands {
            buffer.writeString("*\(command.count)\r\n")
            for argument in command { buffer.writeString("$\(argument.utf8.count)\r\n\(argument)\r\n") }
        }
        return buffer
    }
}
