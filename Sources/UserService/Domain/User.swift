import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An account as the API shows it. The password's hash is not part of it.
struct User: Sendable, Encodable, Equatable {
    let id: UUID
    var email: String
    var firstName: String
    var lastName: String
    /// E.164.
    var phone: String?
    var role: Role
    var accountStatus: AccountStatus
    var emailVerified: Bool
    /// BCP 47, the language of mails.
    var locale: String
    /// Grows with every change.
    var version: Int
    var createdAt: Date
    var updatedAt: Date

    enum CodingKeys: String, CodingKey {
        case id, email, phone, role, locale
        case firstName = "first_name"
        case lastName = "last_name"
        case accountStatus = "account_status"
        case emailVerified = "email_verified"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id.text, forKey: .id)
        try container.encode(email, forKey: .email)
        try container.encode(firstName, forKey: .firstName)
        try container.encode(lastName, forKey: .lastName)
        try container.encode(phone, forKey: .phone)
        try container.encode(role, forKey: .role)
        try container.encode(accountStatus, forKey: .accountStatus)
        try container.encode(emailVerified, forKey: .emailVerified)
        try container.encode(locale, forKey: .locale)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(updatedAt, forKey: .updatedAt)
    }
}

extension User {
    /// What others are told of the person.
    var eventData: UserEventData {
        UserEventData(
            userID: id, email: email, firstName: firstName, lastName: lastName, role: role, locale: locale,
            version: version)
    }

    /// What other services are told when they ask.
    var internalUser: InternalUser {
        InternalUser(
            id: id, email: email, firstName: firstName, lastName: lastName, role: role,
            accountStatus: accountStatus.rawValue)
    }
}
