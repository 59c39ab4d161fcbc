import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The tables `recipients` and `order_numbers`: what this service remembers of other services' events.
struct RecipientStore: Sendable {
    private static let columns: SQL = "user_id, email, first_name, last_name, role, locale, version"

    /// Notes what an event says of a person, unless a newer event has been here, or the account is deactivated.
    func note(_ user: UserEventData, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO recipients (user_id, email, first_name, last_name, role, locale, version)
            VALUES (\(user.userID), \(user.email), \(user.firstName), \(user.lastName), \(user.role.rawValue),
                \(user.locale), \(user.version))
            ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, first_name = excluded.first_name,
                last_name = excluded.last_name, role = excluded.role, locale = excluded.locale,
                version = excluded.version, updated_at = now()
            WHERE recipients.version < excluded.version AND recipients.email IS NOT NULL
            """)
    }

    /// Forgets who the person was, for good.
    func deactivate(_ user: UUID, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO recipients (user_id, email, first_name, last_name, role, locale, version)
            VALUES (\(user), NULL, '', '', 'customer', 'en', 0)
            ON CONFLICT (user_id) DO UPDATE SET email = NULL, first_name = '', last_name = '', updated_at = now()
            """)
    }

    func recipient(_ user: UUID, in database: some PostgresExecutor) async throws -> Recipient? {
        try await database.queryFirst("SELECT \(Self.columns) FROM recipients WHERE user_id = \(user)")
            .map(Self.recipient)
    }

    /// Everybody who looks after the shop.
    func admins(in database: some PostgresExecutor) async throws -> [Recipient] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM recipients WHERE role = 'admin' AND email IS NOT NULL
            ORDER BY user_id LIMIT 100
            """
        ).map(Self.recipient)
    }

    func noteOrder(_ order: UUID, number: String, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            "INSERT INTO order_numbers (order_id, order_number) VALUES (\(order), \(number)) ON CONFLICT DO NOTHING")
    }

    func orderNumber(_ order: UUID, in database: some PostgresExecutor) async throws -> String? {
        try await database.queryFirst("SELECT order_number FROM order_numbers WHERE order_id = \(order)")
            .map { try $0["order_number"] }
    }

    private static func recipient(_ row: Row) throws -> Recipient {
        let role: String = try row["role"]
        return Recipient(
            userID: try row["user_id"], email: try row["email"], firstName: try row["first_name"],
            lastName: try row["last_name"], role: Role(rawValue: role) ?? .customer, locale: try row["locale"],
            version: try row["version"])
    }
}
