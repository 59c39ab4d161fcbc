/// A message as the management API gives it.
public struct TakenMessage: Decodable, Sendable {
    public let payload: String
    public let routingKey: String
    public let properties: Properties

    public struct Properties: Decodable, Sendable {
        public let messageID: String?
        public let correlationID: String?
        public let contentType: String?

        enum CodingKeys: String, CodingKey {
            case messageID = "message_id"
            case correlationID = "correlation_id"
            case contentType = "content_type"
        }
    }

    enum CodingKeys: String, CodingKey {
        case payload
        case routingKey = "routing_key"
        case properties
    }
}
