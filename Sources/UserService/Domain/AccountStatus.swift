import PostgreSQL

/// Where an account is in its life. `deactivated` is the end.
enum AccountStatus: String, Codable, Sendable, CaseIterable, PostgresEncodable, PostgresDecodable {
    case active, suspended, deactivated
}

/// What can be asked of an account.
enum AccountCommand: Sendable, CaseIterable {
    case suspend, reinstate, deactivate
}

/// Who asks.
enum AccountActor: Sendable {
    /// The account's own person.
    case owner
    case admin
}

/// What has to be done for a transition to be true, all in one transaction.
enum AccountAction: Sendable, Hashable {
    /// Refresh tokens end; access tokens run out by themselves.
    case endSessions
    /// Name, e-mail, phone, password and addresses are removed.
    case anonymise
    case publishDeactivated
}

/// The outcome of a command.
enum AccountTransition: Sendable, Equatable {
    case to(AccountStatus, [AccountAction])
    /// The account is already there; nothing to do.
    case unchanged
    /// The state does not allow it.
    case refused
    /// This person may not ask for it.
    case forbidden
}

extension AccountStatus {
    /// The state machine: active ⇄ suspended by an admin; active → deactivated by the owner or an admin; suspended →
    /// deactivated by an admin only, so that a suspended person cannot slip away from a review.
    func applying(_ command: AccountCommand, by actor: AccountActor) -> AccountTransition {
        switch (self, command, actor) {
        case (_, .suspend, .owner), (_, .reinstate, .owner): .forbidden
        case (.suspended, .deactivate, .owner): .forbidden
        case (.active, .suspend, .admin): .to(.suspended, [.endSessions])
        case (.suspended, .reinstate, .admin): .to(.active, [])
        case (.active, .deactivate, _), (.suspended, .deactivate, .admin):
            .to(.deactivated, [.endSessions, .publishDeactivated, .anonymise])
        case (.suspended, .suspend, .admin), (.active, .reinstate, .admin), (.deactivated, .deactivate, _): .unchanged
        case (.deactivated, .suspend, .admin), (.deactivated, .reinstate, .admin): .refused
        }
    }
}
