#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// `user.registered`, `user.updated`: what others may know of a person, complete each time.
public struct UserEventData: Codable, Sendable, Equatable {
    public var userID: UUID
    public var email: String
    public var firstName: String
    public var lastName: String
    public var role: Role
    /// BCP 47, for the language of mails.
    public var locale: String
    /// The row's version, so that a late event cannot undo a newer one.
    public var version: Int

    public init(
        userID: UUID, email: String, firstName: String, lastName: String, role: Role, locale: String = "en",
        version: Int
    ) {
        self.userID = userID
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.role = role
        self.locale = locale
        self.version = version
    }

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case email
        case firstName = "first_name"
        case lastName = "last_name"
        case role, locale, version
    }
}

/// `user.deactivated`: carries the last address, for the farewell mail, since the account keeps none.
public struct UserDeactivatedData: Codable, Sendable, Equatable {
    public var userID: UUID
    public var email: String
    public var firstName: String

    public init(userID: UUID, email: String, firstName: String) {
        self.userID = userID
        self.email = email
        self.firstName = firstName
    }

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case email
        case firstName = "first_name"
    }
}
