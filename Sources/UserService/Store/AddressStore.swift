import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The table `addresses`. Changes are made while the person's row is locked, so that there is always one default.
struct AddressStore: Sendable {
    private static let columns: SQL = """
        id, user_id, label, street_line_1, street_line_2, city, state, postal_code, country_code, is_default
        """

    func addresses(of user: UUID, in database: some PostgresExecutor) async throws -> [Address] {
        try await database.query("SELECT \(Self.columns) FROM addresses WHERE user_id = \(user) ORDER BY id")
            .map(Self.address)
    }

    func address(_ id: UUID, of user: UUID, in database: some PostgresExecutor) async throws -> Address? {
        try await database.queryFirst(
            "SELECT \(Self.columns) FROM addresses WHERE id = \(id) AND user_id = \(user)"
        ).map(Self.address)
    }

    func insert(_ address: Address, in transaction: PostgresTransaction) async throws {
        let fields = address.fields
        try await transaction.execute(
            """
            INSERT INTO addresses (id, user_id, label, street_line_1, street_line_2, city, state, postal_code,
                country_code, is_default)
            VALUES (\(address.id), \(address.userID), \(fields.label), \(fields.streetLine1), \(fields.streetLine2),
                \(fields.city), \(fields.state), \(fields.postalCode), \(fields.countryCode), \(address.isDefault))
            """)
    }

    func update(_ address: Address, in transaction: PostgresTransaction) async throws {
        let fields = address.fields
        try await transaction.execute(
            """
            UPDATE addresses SET label = \(fields.label), street_line_1 = \(fields.streetLine1),
                street_line_2 = \(fields.streetLine2), city = \(fields.city), state = \(fields.state),
                postal_code = \(fields.postalCode), country_code = \(fields.countryCode),
                is_default = \(address.isDefault), updated_at = now()
            WHERE id = \(address.id)
            """)
    }

    /// Takes the mark off the person's default address.
    func clearDefault(of user: UUID, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            "UPDATE addresses SET is_default = false, updated_at = now() WHERE user_id = \(user) AND is_default")
    }

    /// Makes the person's oldest address the default when none is.
    func ensureDefault(of user: UUID, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            UPDATE addresses SET is_default = true, updated_at = now()
            WHERE id = (SELECT id FROM addresses WHERE user_id = \(user) ORDER BY id LIMIT 1)
              AND NOT EXISTS (SELECT FROM addresses WHERE user_id = \(user) AND is_default)
            """)
    }

    /// Whether there was such an address.
    func delete(_ id: UUID, of user: UUID, in transaction: PostgresTransaction) async throws -> Bool {
        try await transaction.execute("DELETE FROM addresses WHERE id = \(id) AND user_id = \(user)") > 0
    }

    func deleteAll(of user: UUID, in transaction: PostgresTransaction) async throws {
        try await transaction.execute("DELETE FROM addresses WHERE user_id = \(user)")
    }

    private static func address(_ row: Row) throws -> Address {
        Address(
            id: try row["id"], userID: try row["user_id"],
            fields: AddressFields(
                label: try row["label"], streetLine1: try row["street_line_1"], streetLine2: try row["street_line_2"],
                city: try row["city"], state: try row["state"], postalCode: try row["postal_code"],
                countryCode: try row["country_code"]),
            isDefault: try row["is_default"])
    }
}
