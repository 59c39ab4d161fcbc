import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A person mails go to, as the user service's events tell.
struct Recipient: Sendable, Equatable {
    let userID: UUID
    /// `nil` once the account is deactivated.
    var email: String?
    var firstName: String
    var lastName: String
    var role: Role
    var locale: String
    /// Of the user's row; an older event changes nothing.
    var version: Int

    var fullName: String { [firstName, lastName].filter { !$0.isEmpty }.joined(separator: " ") }
}
