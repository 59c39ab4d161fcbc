#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// `GET /internal/v1/users/{user_id}` of the user service.
public struct InternalUser: Codable, Sendable, Equatable {
    public var id: UUID
    public var email: String
    public var firstName: String
    public var lastName: String
    public var role: Role
    /// active, suspended, deactivated.
    public var accountStatus: String

    public init(id: UUID, email: String, firstName: String, lastName: String, role: Role, accountStatus: String) {
        self.id = id
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.role = role
        self.accountStatus = accountStatus
    }

    enum CodingKeys: String, CodingKey {
        case id, email, role
        case firstName = "first_name"
        case lastName = "last_name"
        case accountStatus = "account_status"
    }
}

/// `GET /internal/v1/users/{user_id}/addresses/{address_id}`: also what an order keeps of it.
public struct AddressSnapshot: Codable, Sendable, Equatable {
    public var id: UUID
    /// home, work, other.
    public var label: String
    public var streetLine1: String
    public var streetLine2: String?
    public var city: String
    public var state: String
    public var postalCode: String
    /// ISO 3166-1 alpha-2.
    public var countryCode: String

    public init(
        id: UUID, label: String, streetLine1: String, streetLine2: String?, city: String, state: String,
        postalCode: String, countryCode: String
    ) {
        self.id = id
        self.label = label
        self.streetLine1 = streetLine1
        self.streetLine2 = streetLine2
        self.city = city
        self.state = state
        self.postalCode = postalCode
        self.countryCode = countryCode
    }

    enum CodingKeys: String, CodingKey {
        case id, label, city, state
        case streetLine1 = "street_line_1"
        case streetLine2 = "street_line_2"
        case postalCode = "postal_code"
        case countryCode = "country_code"
    }
}
