import Contracts
import Messaging
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Registering, and everything that changes an account; each change and the event that tells of it are one transaction.
struct Accounts: Sendable {
    let runtime: ServiceRuntime
    let hasher: PasswordHasher
    let sessions: Sessions
    let users = UserStore()
    let tokens = SessionStore()
    let addresses = AddressStore()

    /// A new customer, signed in. Problem 409 `email_taken`.
    func register(_ registration: Registration) async throws -> SessionTokens {
        // Checked first to save the hashing; the constraint decides.
        guard try await users.credentials(registration.email, in: runtime.pool) == nil else { throw Self.emailTaken }
        let hash = try await hasher.hash(registration.password)
        return try await runtime.pool.transaction { transaction in
            guard
                let user = try await users.insert(
                    .v7(), email: registration.email, passwordHash: hash, firstName: registration.firstName,
                    lastName: registration.lastName, phone: registration.phone, role: .customer,
                    locale: registration.locale, in: transaction)
            else { throw Self.emailTaken }
            try await runtime.outbox.append(
                .userRegistered, subject: user.id, data: user.eventData, in: transaction)
            return try await sessions.start(for: user, in: transaction)
        }
    }

    func user(_ id: UUID) async throws -> User {
        guard let user = try await users.user(id, in: runtime.pool) else { throw Self.notFound }
        return user
    }

    /// A page of accounts, newest first; one more than `limit` when there are more.
    func search(_ filter: UserFilter, after: UUID?, limit: Int) async throws -> [User] {
        try await users.search(
            text: filter.text, role: filter.role, status: filter.status, after: after, limit: limit, in: runtime.pool)
    }

    func updateProfile(_ id: UUID, _ profile: Profile) async throws -> User {
        try await change(id) { user, transaction in
            var wanted = user
            wanted.firstName = profile.firstName
            wanted.lastName = profile.lastName
            wanted.phone = profile.phone
            wanted.locale = profile.locale ?? user.locale
            if wanted == user { return user }
            let updated = try await users.updateProfile(wanted, in: transaction)
            try await publishUpdate(updated, in: transaction)
            return updated
        }
    }

    func changeRole(_ id: UUID, _ role: Role) async throws -> User {
        try await change(id) { user, transaction in
            if user.role == role { return user }
            let updated = try await users.updateRole(id, role, in: transaction)
            // Access tokens carry the role; new ones are to be had by signing in.
            try await tokens.revokeAll(of: id, in: transaction)
            try await publishUpdate(updated, in: transaction)
            return updated
        }
    }

    func apply(_ command: AccountCommand, to id: UUID, by actor: AccountActor) async throws -> User {
        try await runtime.pool.transaction { transaction in
            guard let user = try await users.lock(id, in: transaction) else { throw Self.notFound }
            switch user.accountStatus.applying(command, by: actor) {
            case .unchanged: return user
            case .forbidden: throw Problem.forbidden()
            case .refused:
                throw Problem.conflict(
                    "invalid_account_transition", "An account that is \(user.accountStatus.rawValue) stays so.")
            case .to(let status, let actions):
                var updated = try await users.updateStatus(id, status, in: transaction)
                for action in actions {
                    updated = try await perform(action, on: updated, in: transaction)
                }
                return updated
            }
        }
    }

    private func perform(
        _ action: AccountAction, on user: User, in transaction: PostgresTransaction
    ) async throws -> User {
        switch action {
        case .endSessions: try await tokens.revokeAll(of: user.id, in: transaction)
        case .publishDeactivated:
            try await runtime.outbox.append(
                .userDeactivated, subject: user.id,
                data: UserDeactivatedData(userID: user.id, email: user.email, firstName: user.firstName),
                in: transaction)
        case .anonymise:
            try await addresses.deleteAll(of: user.id, in: transaction)
            return try await users.anonymise(user.id, in: transaction)
        }
        return user
    }

    /// Runs a change on an account that is locked and not deactivated.
    private func change(
        _ id: UUID, _ work: @Sendable (User, PostgresTransaction) async throws -> User
    ) async throws -> User {
        try await runtime.pool.transaction { transaction in
            guard let user = try await users.lock(id, in: transaction) else { throw Self.notFound }
            guard user.accountStatus != .deactivated else {
                throw Problem.conflict("account_deactivated", "A deactivated account cannot be changed.")
            }
            return try await work(user, transaction)
        }
    }

    private func publishUpdate(_ user: User, in transaction: PostgresTransaction) async throws {
        try await runtime.outbox.append(.userUpdated, subject: user.id, data: user.eventData, in: transaction)
    }

    static let notFound = Problem.notFound("user_not_found", "There is no such user.")
    private static let emailTaken = Problem.conflict("email_taken", "This e-mail address has an account already.")
}
