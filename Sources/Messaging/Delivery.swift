/// A message that was consumed.
public struct Delivery: Sendable {
    public let body: [UInt8]
    public let routingKey: String
    public let exchange: String
    public let contentType: String?
    public let messageID: String?
    public let correlationID: String?
    /// Text headers; others are left out.
    public let headers: [String: String]
    /// How often it was delivered before and failed, from `x-death`.
    public let failures: Int
    public let redelivered: Bool
    let tag: UInt64

    init(
        body: [UInt8], routingKey: String, exchange: String = "", contentType: String? = nil, messageID: String? = nil,
        correlationID: String? = nil, headers: [String: String] = [:], failures: Int = 0, redelivered: Bool = false,
        tag: UInt64 = 0
    ) {
        self.body = body
        self.routingKey = routingKey
        self.exchange = exchange
        self.contentType = contentType
        self.messageID = messageID
        self.correlationID = correlationID
        self.headers = headers
        self.failures = failures
        self.redelivered = redelivered
        self.tag = tag
    }
}
