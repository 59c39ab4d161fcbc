/// Why a RabbitMQ server cannot be used, so that a person knows what to do.
struct BrokerFailure: Error, Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        case unreachable = "RabbitMQUnreachable"
        case unauthorized = "RabbitMQUnauthorized"
        case failed = "RabbitMQFailed"
        /// A queue is there with other settings and holds messages, so it cannot be made anew.
        case mismatch = "QueueMismatch"
    }

    var kind: Kind
    /// What was wrong, in a few words, without secrets.
    var detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
