import CRabbitMQ

extension Delivery {
    /// - Parameter queue: whose rejections are counted.
    init(_ envelope: amqp_envelope_t, queue: String) {
        let properties = envelope.message.properties
        func has(_ flag: Int32) -> Bool { properties._flags & amqp_flags_t(flag) != 0 }
        var headers: [String: String] = [:]
        var failures = 0
        if has(AMQP_BASIC_HEADERS_FLAG) {
            for entry in properties.headers.array {
                let name = entry.key.string
                if entry.value.kind == UInt8(ascii: "S") {
                    headers[name] = entry.value.value.bytes.string
                } else if name == "x-death" {
                    failures = Self.rejections(entry.value, queue)
                }
            }
        }
        self.init(
            body: envelope.message.body.array, routingKey: envelope.routing_key.string,
            exchange: envelope.exchange.string,
            contentType: has(AMQP_BASIC_CONTENT_TYPE_FLAG) ? properties.content_type.string : nil,
            messageID: has(AMQP_BASIC_MESSAGE_ID_FLAG) ? properties.message_id.string : nil,
            correlationID: has(AMQP_BASIC_CORRELATION_ID_FLAG) ? properties.correlation_id.string : nil,
            headers: headers, failures: failures, redelivered: envelope.redelivered != 0, tag: envelope.delivery_tag)
    }

    /// The broker keeps one `x-death` entry for each queue and reason, with a count.
    private static func rejections(_ value: amqp_field_value_t, _ queue: String) -> Int {
        guard value.kind == UInt8(ascii: "A") else { return 0 }
        let array = value.value.array
        var sum = 0
        for index in 0..<Int(array.num_entries) {
            guard let entry = array.entries?[index], entry.kind == UInt8(ascii: "F") else { continue }
            var count = 0
            var isOurs = false
            var isRejection = false
            for field in entry.value.table.array {
                switch field.key.string {
                case "count": count = Int(field.value.value.i64)
                case "queue": isOurs = field.value.value.bytes.string == queue
                case "reason": isRejection = field.value.value.bytes.string == "rejected"
                default: break
                }
            }
            if isOurs, isRejection { sum += count }
        }
        return sum
    }
}

extension amqp_table_t {
    var array: [amqp_table_entry_t] {
        guard let entries else { return [] }
        return Array(UnsafeBufferPointer(start: entries, count: Int(num_entries)))
    }
}
