import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What kind of place an address is.
enum AddressLabel: String, Codable, Sendable, CaseIterable, PostgresEncodable, PostgresDecodable {
    case home, work, other
}

/// A postal address of a person.
struct Address: Sendable, Encodable, Equatable {
    let id: UUID
    let userID: UUID
    var fields: AddressFields
    /// Of a person's addresses exactly one is the default.
    var isDefault: Bool

    enum CodingKeys: String, CodingKey {
        case id, label, city, state
        case userID = "user_id"
        case streetLine1 = "street_line_1"
        case streetLine2 = "street_line_2"
        case postalCode = "postal_code"
        case countryCode = "country_code"
        case isDefault = "is_default"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id.text, forKey: .id)
        try container.encode(userID.text, forKey: .userID)
        try container.encode(fields.label, forKey: .label)
        try container.encode(fields.streetLine1, forKey: .streetLine1)
        try container.encode(fields.streetLine2, forKey: .streetLine2)
        try container.encode(fields.city, forKey: .city)
        try container.encode(fields.state, forKey: .state)
        try container.encode(fields.postalCode, forKey: .postalCode)
        try container.encode(fields.countryCode, forKey: .countryCode)
        try container.encode(isDefault, forKey: .isDefault)
    }

    var snapshot: AddressSnapshot {
        AddressSnapshot(
            id: id, label: fields.label.rawValue, streetLine1: fields.streetLine1, streetLine2: fields.streetLine2,
            city: fields.city, state: fields.state, postalCode: fields.postalCode, countryCode: fields.countryCode)
    }
}

/// What a person says about an address.
struct AddressFields: Sendable, Equatable {
    var label: AddressLabel
    var streetLine1: String
    var streetLine2: String?
    var city: String
    var state: String
    var postalCode: String
    /// ISO 3166-1 alpha-2.
    var countryCode: String
}
