import Contracts
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A person's addresses. The first one is the default; making another the default takes the mark off the one before;
/// deleting the default gives it to the oldest that is left.
struct AddressBook: Sendable {
    /// How many addresses a person can have.
    static let limit = 50

    let runtime: ServiceRuntime
    let users = UserStore()
    let store = AddressStore()

    func addresses(of user: UUID) async throws -> [Address] {
        let addresses = try await store.addresses(of: user, in: runtime.pool)
        if addresses.isEmpty, try await users.user(user, in: runtime.pool) == nil { throw Accounts.notFound }
        return addresses
    }

    func address(_ id: UUID, of user: UUID) async throws -> Address {
        guard let address = try await store.address(id, of: user, in: runtime.pool) else { throw Self.notFound }
        return address
    }

    func add(_ input: AddressInput, of user: UUID) async throws -> Address {
        let fields = try input.fields()
        return try await change(user) { transaction in
            let existing = try await store.addresses(of: user, in: transaction)
            guard existing.count < Self.limit else {
                throw Problem.conflict("too_many_addresses", "A person can have \(Self.limit) addresses.")
            }
            let isDefault = input.isDefault == true || existing.isEmpty
            if isDefault { try await store.clearDefault(of: user, in: transaction) }
            let address = Address(id: .v7(), userID: user, fields: fields, isDefault: isDefault)
            try await store.insert(address, in: transaction)
            return address
        }
    }

    func replace(_ id: UUID, of user: UUID, by input: AddressInput) async throws -> Address {
        let fields = try input.fields()
        return try await change(user) { transaction in
            guard var address = try await store.address(id, of: user, in: transaction) else { throw Self.notFound }
            address.fields = fields
            // The default stays the default until another is made it.
            if input.isDefault == true, !address.isDefault {
                try await store.clearDefault(of: user, in: transaction)
                address.isDefault = true
            }
            try await store.update(address, in: transaction)
            return address
        }
    }

    func remove(_ id: UUID, of user: UUID) async throws {
        try await change(user) { transaction in
            guard try await store.delete(id, of: user, in: transaction) else { throw Self.notFound }
            try await store.ensureDefault(of: user, in: transaction)
        }
    }

    /// Runs a change while the person's row is locked, so that two changes cannot leave two defaults or none.
    private func change<Value: Sendable>(
        _ user: UUID, _ work: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await runtime.pool.transaction { transaction in
            guard let account = try await users.lock(user, in: transaction) else { throw Accounts.notFound }
            guard account.accountStatus != .deactivated else {
                throw Problem.conflict("account_deactivated", "A deactivated account cannot be changed.")
            }
            return try await work(transaction)
        }
    }

    private static let notFound = Problem.notFound("address_not_found", "There is no such address.")
}
