/// A reply, RESP2 or RESP3.
public enum RedisValue: Sendable, Hashable {
    case null
    case integer(Int64)
    /// Simple and bulk strings.
    case bytes([UInt8])
    case array([RedisValue])
    case map([RedisValue: RedisValue])
    case bool(Bool)
    case double(Double)
    case error(String)

    public var string: String? {
        if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .bytes(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
        default: nil
        }
    }

    public var array: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }
}
