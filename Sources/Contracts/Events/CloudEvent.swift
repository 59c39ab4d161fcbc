#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A domain event in the CloudEvents 1.0 JSON format (structured mode, `application/cloudevents+json`).
public struct CloudEvent<Payload: Codable & Sendable>: Codable, Sendable {
    public var specversion: String
    /// Unique; consumers use it to recognise a repetition.
    public var id: UUID
    /// The service, `/services/order`.
    public var source: String
    public var type: EventType
    /// The id of the aggregate the event is about; events of one subject are delivered in order.
    public var subject: String
    public var time: Date
    public var datacontenttype: String
    /// Extension attribute: follows a request through HTTP, AMQP and logs.
    public var correlationid: String?
    public var data: Payload

    public init(
        id: UUID = .v7(), source: ServiceName, type: EventType, subject: UUID, time: Date = Date(),
        correlationID: String?, data: Payload
    ) {
        self.specversion = "1.0"
        self.id = id
        self.source = "/services/\(source.rawValue)"
        self.type = type
        self.subject = subject.text
        self.time = time
        self.datacontenttype = "application/json"
        self.correlationid = correlationID
        self.data = data
    }
}

/// A payload nobody looks into: the envelope alone is wanted.
public struct AnyPayload: Codable, Sendable {
    public init() {}
    public init(from decoder: any Decoder) throws {}
    public func encode(to encoder: any Encoder) throws {
        _ = encoder.container(keyedBy: NoKeys.self)
    }

    private enum NoKeys: CodingKey {}
}
