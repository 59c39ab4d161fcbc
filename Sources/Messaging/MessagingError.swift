/// What went wrong between this process and its broker.
public struct MessagingError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// No connection could be made, or it broke. Whether an unconfirmed message arrived is unknown.
        case connection
        /// The broker refused a published message (nack), for instance because the queue is full.
        case notConfirmed
        /// A mandatory message that no queue wanted.
        case unroutable
        /// The broker closed the channel: a missing exchange or queue, or a missing permission.
        case refused
        case timeout
        case closed
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "MessagingError(\(code.rawValue): \(message))" }
}
