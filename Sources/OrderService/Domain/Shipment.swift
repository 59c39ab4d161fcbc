import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where a parcel is.
enum ShipmentStatus: String, Codable, Sendable, CaseIterable, PostgresCodable {
    case created
    case inTransit = "in_transit"
    case delivered
    case returned
    case cancelled
}

/// Something that happened to a parcel.
struct ShipmentEvent: Encodable, Sendable, Equatable {
    var status: ShipmentStatus
    var message: String
    var occurredAt: Date

    enum CodingKeys: String, CodingKey {
        case status, message
        case occurredAt = "occurred_at"
    }
}

/// A parcel of an order.
struct Shipment: Encodable, Sendable, Equatable {
    var id: UUID
    var orderID: UUID
    var status: ShipmentStatus
    var tracking: Tracking
    var events: [ShipmentEvent]
    var createdAt: Date
    var updatedAt: Date

    enum CodingKeys: String, CodingKey {
        case id, status, carrier, events
        case orderID = "order_id"
        case trackingNumber = "tracking_number"
        case trackingURL = "tracking_url"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id.text, forKey: .id)
        try values.encode(orderID.text, forKey: .orderID)
        try values.encode(status, forKey: .status)
        try values.encode(tracking.carrier, forKey: .carrier)
        try values.encode(tracking.number, forKey: .trackingNumber)
        try values.encode(tracking.url, forKey: .trackingURL)
        try values.encode(events, forKey: .events)
        try values.encode(createdAt, forKey: .createdAt)
        try values.encode(updatedAt, forKey: .updatedAt)
    }
}
