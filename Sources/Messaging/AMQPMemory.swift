import CRabbitMQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Texts kept alive for the duration of a C call.
final class AMQPMemory {
    private var pointers: [UnsafeMutablePointer<CChar>] = []

    func bytes(_ text: String) -> amqp_bytes_t {
        guard let pointer = strdup(text) else { return amqp_bytes_t(len: 0, bytes: nil) }
        pointers.append(pointer)
        return amqp_bytes_t(len: strlen(pointer), bytes: pointer)
    }

    func text(_ text: String) -> amqp_field_value_t {
        var value = amqp_field_value_t()
        value.kind = UInt8(ascii: "S")
        value.value.bytes = bytes(text)
        return value
    }

    deinit { for pointer in pointers { free(pointer) } }
}

extension amqp_bytes_t {
    var array: [UInt8] {
        guard let bytes, len > 0 else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: len))
    }

    var string: String { String(decoding: array, as: UTF8.self) }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
