/// A persistent message to publish.
public struct OutgoingMessage: Sendable {
    public var exchange: String
    public var routingKey: String
    public var body: [UInt8]
    public var contentType: String
    public var messageID: String?
    public var correlationID: String?
    public var headers: [String: String]
    /// A message that no queue wants is an error.
    public var mandatory: Bool

    public init(
        exchange: String, routingKey: String, body: [UInt8], contentType: String = "application/cloudevents+json",
        messageID: String? = nil, correlationID: String? = nil, headers: [String: String] = [:],
        mandatory: Bool = false
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.contentType = contentType
        self.messageID = messageID
        self.correlationID = correlationID
        self.headers = headers
        self.mandatory = mandatory
    }
}
