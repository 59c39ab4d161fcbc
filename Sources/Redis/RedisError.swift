/// What went wrong between this process and Redis.
public struct RedisError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// No connection could be made, or it broke. Whether a command that was sent took effect is unknown.
        case connection
        case timeout
        case closed
        /// The server answered with an error.
        case server
        /// Bytes that are not RESP, or a reply of another type than the command has.
        case protocolViolation
        case invalidURL
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var isUnavailable: Bool { code == .connection || code == .timeout || code == .closed }

    public var description: String { "RedisError(\(code.rawValue): \(message))" }
}
