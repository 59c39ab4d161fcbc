import Contracts

/// Which accounts a list is to show.
struct UserFilter: Sendable {
    /// Part of e-mail address or name.
    var text: String?
    var role: Role?
    var status: AccountStatus?
}
