import CRabbitMQ
import PostgreSQL
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

/// One connection that consumes a queue, on its own thread, until it breaks or is stopped.
final class ConsumerSession: Sendable {
    private enum Command {
        case acknowledge(UInt64)
        case reject(UInt64, requeue: Bool)
    }

    private struct State {
        var commands: [Command] = []
        var stopping = false
        var closing = false
        var whenStopped: (@Sendable () -> Void)?
    }

    private let configuration: RabbitMQConfiguration
    private let queue: String
    private let prefetch: Int
    private let thread = WorkerThread()
    private let state = Mutex(State())
    /// A pipe whose reading end wakes the thread out of poll.
    private let wakeRead: Int32
    private let wakeWrite: Int32

    init(_ configuration: RabbitMQConfiguration, queue: String, prefetch: Int) {
        self.configuration = configuration
        self.queue = queue
        self.prefetch = prefetch
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wakeRead = ends[0]
        wakeWrite = ends[1]
    }

    deinit {
        closeDescriptor(wakeRead)
        closeDescriptor(wakeWrite)
    }

    var isStopping: Bool { state.withLock { $0.stopping } }

    func acknowledge(_ delivery: Delivery) { order { $0.commands.append(.acknowledge(delivery.tag)) } }

    func reject(_ delivery: Delivery, requeue: Bool) {
        order { $0.commands.append(.reject(delivery.tag, requeue: requeue)) }
    }

    /// No more deliveries; those in hand can still be answered.
    func stop() {
        order { $0.stopping = true }
        state.withLock { $0.whenStopped }?()
    }

    /// What to do once stopped; at once if it has been.
    func whenStopped(_ action: @escaping @Sendable () -> Void) {
        let stopped = state.withLock { state in
            state.whenStopped = action
            return state.stopping
        }
        if stopped { action() }
    }

    /// Answers what has been ordered and ends the connection; the rest goes back to the queue.
    func close() { order { $0.closing = true } }

    private func order(_ change: (inout State) -> Void) {
        state.withLock { change(&$0) }
        var byte: UInt8 = 1
        _ = write(wakeWrite, &byte, 1)
    }

    /// Consumes until stopped and closed, or until the connection breaks; `subscribed` is called once it consumes.
    func run(
        subscribed: @escaping @Sendable () -> Void, deliver: @escaping @Sendable (Delivery) -> Void,
        finished: @escaping @Sendable (MessagingError?) -> Void
    ) {
        let accepted = thread.enqueue { [self] in
            do throws(MessagingError) {
                try loop(subscribed, deliver)
                finished(nil)
            } catch {
                finished(error)
            }
        }
        thread.stop()
        if !accepted { finished(MessagingError(.connection, "no thread could be started")) }
    }

    private func loop(
        _ subscribed: () -> Void, _ deliver: (Delivery) -> Void
    ) throws(MessagingError) {
        let connection = try AMQPConnection(configuration)
        defer { connection.close() }
        let memory = AMQPMemory()
        amqp_basic_qos(connection.state, AMQPConnection.channel, 0, UInt16(clamping: prefetch), 0)
        try connection.checkReply()
        let tag = memory.bytes("consumer")
        amqp_basic_consume(
            connection.state, AMQPConnection.channel, memory.bytes(queue), tag, 0, 0, 0,
            amqp_table_t(num_entries: 0, entries: nil))
        try connection.checkReply()
        subscribed()
        var cancelled = false
        while true {
            var drain = [UInt8](repeating: 0, count: 64)
            while read(wakeRead, &drain, drain.count) > 0 {}
            let now = state.withLock { state in
                let now = state
                state.commands = []
                return now
            }
            for command in now.commands { try perform(command, connection) }
            if now.closing { return }
            if now.stopping, !cancelled {
                // Deliveries that were under way stay unanswered and go back at the end.
                cancelled = true
                amqp_basic_cancel(connection.state, AMQPConnection.channel, tag)
                try connection.checkReply()
            }
            connection.wait(or: wakeRead, until: .now + .seconds(1))
            try receive(connection, deliver, discarding: cancelled)
        }
    }

    private func receive(
        _ connection: AMQPConnection, _ deliver: (Delivery) -> Void, discarding: Bool
    ) throws(MessagingError) {
        while true {
            var envelope = amqp_envelope_t()
            var timeout = timeval(.zero)
            amqp_maybe_release_buffers(connection.state)
            let reply = amqp_consume_message(connection.state, &envelope, &timeout, 0)
            switch reply.reply_type {
            case AMQP_RESPONSE_NORMAL:
                if !discarding { deliver(Delivery(envelope, queue: queue)) }
                amqp_destroy_envelope(&envelope)
                if !connection.hasBufferedData { return }
            case AMQP_RESPONSE_LIBRARY_EXCEPTION where reply.library_error == AMQP_STATUS_TIMEOUT.rawValue:
                return
            case AMQP_RESPONSE_LIBRARY_EXCEPTION where reply.library_error == AMQP_STATUS_UNEXPECTED_STATE.rawValue:
                guard let frame = try connection.frame(until: .now) else { return }
                guard frame.frame_type == UInt8(AMQP_FRAME_METHOD) else { continue }
                let method = frame.payload.method
                switch Int64(method.id) {
                case Int64(AMQP_CHANNEL_CLOSE_METHOD), Int64(AMQP_CONNECTION_CLOSE_METHOD):
                    throw AMQPConnection.serverError(method)
                case Int64(AMQP_BASIC_CANCEL_METHOD):
                    throw MessagingError(.refused, "the queue is gone")
                default: continue
                }
            default: try connection.check(reply)
            }
        }
    }

    private func perform(_ command: Command, _ connection: AMQPConnection) throws(MessagingError) {
        let status =
            switch command {
            case .acknowledge(let tag): amqp_basic_ack(connection.state, AMQPConnection.channel, tag, 0)
            case .reject(let tag, let requeue):
                amqp_basic_reject(connection.state, AMQPConnection.channel, tag, requeue ? 1 : 0)
            }
        guard status == 0 else {
            throw MessagingError(.connection, String(cString: amqp_error_string2(status)))
        }
    }
}
