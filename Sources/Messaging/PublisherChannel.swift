import CRabbitMQ

/// A connection in confirm mode, used by the publisher's thread.
final class PublisherChannel {
    private let connection: AMQPConnection
    private var tracker = ConfirmTracker()
    private var returned: [String] = []

    /// Messages sent before their confirms are waited for.
    private static let window = 256
    private static let confirmTimeout = Duration.seconds(10)

    init(_ configuration: RabbitMQConfiguration) throws(MessagingError) {
        connection = try AMQPConnection(configuration)
        amqp_confirm_select(connection.state, AMQPConnection.channel)
        try connection.checkReply()
    }

    func publish(_ messages: [OutgoingMessage]) throws(MessagingError) {
        returned = []
        tracker.forgetRefusals()
        for message in messages {
            try send(message)
            tracker.published()
            if tracker.outstandingCount >= Self.window { try settle(downTo: Self.window / 2) }
        }
        try settle(downTo: 0)
        if let first = returned.first { throw MessagingError(.unroutable, "no queue takes \(first)") }
        if tracker.nacked > 0 { throw MessagingError(.notConfirmed, "the broker refused \(tracker.nacked) messages") }
    }

    private func send(_ message: OutgoingMessage) throws(MessagingError) {
        let memory = AMQPMemory()
        var properties = amqp_basic_properties_t()
        properties._flags = amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG)
        properties.delivery_mode = UInt8(AMQP_DELIVERY_PERSISTENT.rawValue)
        properties.content_type = memory.bytes(message.contentType)
        if let id = message.messageID {
            properties._flags |= amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG)
            properties.message_id = memory.bytes(id)
        }
        if let id = message.correlationID {
            properties._flags |= amqp_flags_t(AMQP_BASIC_CORRELATION_ID_FLAG)
            properties.correlation_id = memory.bytes(id)
        }
        var entries = message.headers.map { name, value in
            amqp_table_entry_t(key: memory.bytes(name), value: memory.text(value))
        }
        let status = entries.withUnsafeMutableBufferPointer { entries in
            if !entries.isEmpty {
                properties._flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
                properties.headers = amqp_table_t(num_entries: Int32(entries.count), entries: entries.baseAddress)
            }
            return message.body.withUnsafeBytes { body in
                let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
                return amqp_basic_publish(
                    connection.state, AMQPConnection.channel, memory.bytes(message.exchange),
                    memory.bytes(message.routingKey), message.mandatory ? 1 : 0, 0, &properties, bytes)
            }
        }
        guard status == 0 else {
            throw MessagingError(.connection, String(cString: amqp_error_string2(status)))
        }
    }

    /// Reads confirms until no more than so many are outstanding.
    private func settle(downTo count: Int) throws(MessagingError) {
        let deadline = ContinuousClock.now + Self.confirmTimeout
        while tracker.outstandingCount > count {
            guard let frame = try connection.frame(until: deadline) else {
                throw MessagingError(.timeout, "the broker did not confirm in time")
            }
            try handle(frame)
        }
    }

    /// Sends and checks heartbeats, and notices a closed connection.
    func maintain() throws(MessagingError) {
        while let frame = try connection.frame(until: .now) { try handle(frame) }
    }

    private func handle(_ frame: amqp_frame_t) throws(MessagingError) {
        guard frame.frame_type == UInt8(AMQP_FRAME_METHOD) else { return }
        let method = frame.payload.method
        switch Int64(method.id) {
        case Int64(AMQP_BASIC_ACK_METHOD):
            if let ack = method.decoded?.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee {
                tracker.acknowledged(ack.delivery_tag, multiple: ack.multiple != 0)
            }
        case Int64(AMQP_BASIC_NACK_METHOD):
            if let nack = method.decoded?.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee {
                tracker.refused(nack.delivery_tag, multiple: nack.multiple != 0)
            }
        case Int64(AMQP_BASIC_RETURN_METHOD):
            if let back = method.decoded?.assumingMemoryBound(to: amqp_basic_return_t.self).pointee {
                returned.append(back.routing_key.string)
            }
            var message = amqp_message_t()
            try connection.check(amqp_read_message(connection.state, AMQPConnection.channel, &message, 0))
            amqp_destroy_message(&message)
        case Int64(AMQP_CHANNEL_CLOSE_METHOD), Int64(AMQP_CONNECTION_CLOSE_METHOD):
            throw AMQPConnection.serverError(method)
        default: break
        }
        amqp_maybe_release_buffers(connection.state)
    }

    func close() { connection.close() }
}
