import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The table `users`.
struct UserStore: Sendable {
    private static let columns: SQL = """
        id, email, first_name, last_name, phone, role, account_status, email_verified, locale, version, created_at,
        updated_at
        """

    /// `nil` when the e-mail address is taken.
    func insert(
        _ id: UUID, email: EmailAddress, passwordHash: String, firstName: String, lastName: String, phone: String?,
        role: Role, locale: String, in database: some PostgresExecutor
    ) async throws -> User? {
        let row = try await database.queryFirst(
            """
            INSERT INTO users (id, email, password_hash, first_name, last_name, phone, role, locale)
            VALUES (\(id), \(email.text), \(passwordHash), \(firstName), \(lastName), \(phone), \(role.rawValue), \(locale))
            ON CONFLICT (email) DO NOTHING
            RETURNING \(Self.columns)
            """)
        return try row.map(Self.user)
    }

    func user(_ id: UUID, in database: some PostgresExecutor) async throws -> User? {
        try await database.queryFirst("SELECT \(Self.columns) FROM users WHERE id = \(id)").map(Self.user)
    }

    /// The account, locked until the transaction ends.
    func lock(_ id: UUID, in transaction: PostgresTransaction) async throws -> User? {
        try await transaction.queryFirst("SELECT \(Self.columns) FROM users WHERE id = \(id) FOR UPDATE")
            .map(Self.user)
    }

    /// The account of an e-mail address with its password's hash.
    func credentials(
        _ email: EmailAddress, in database: some PostgresExecutor
    ) async throws -> (user: User, passwordHash: String?)? {
        guard
            let row = try await database.queryFirst(
                "SELECT \(Self.columns), password_hash FROM users WHERE email = \(email.text)")
        else { return nil }
        return (try Self.user(row), try row["password_hash"])
    }

    func updateProfile(_ user: User, in database: some PostgresExecutor) async throws -> User {
        try Self.user(
            try await database.queryOne(
                """
                UPDATE users SET first_name = \(user.firstName), last_name = \(user.lastName), phone = \(user.phone),
                    locale = \(user.locale), version = version + 1, updated_at = now()
                WHERE id = \(user.id) RETURNING \(Self.columns)
                """))
    }

    func updateRole(_ id: UUID, _ role: Role, in database: some PostgresExecutor) async throws -> User {
        try Self.user(
            try await database.queryOne(
                """
                UPDATE users SET role = \(role.rawValue), version = version + 1, updated_at = now()
                WHERE id = \(id) RETURNING \(Self.columns)
                """))
    }

    func updateStatus(_ id: UUID, _ status: AccountStatus, in database: some PostgresExecutor) async throws -> User {
        try Self.user(
            try await database.queryOne(
                """
                UPDATE users SET account_status = \(status), version = version + 1, updated_at = now()
                WHERE id = \(id) RETURNING \(Self.columns)
                """))
    }

    /// Removes what tells who the person was; the id stays, since orders and payments refer to it.
    func anonymise(_ id: UUID, in database: some PostgresExecutor) async throws -> User {
        try Self.user(
            try await database.queryOne(
                """
                UPDATE users SET email = \("deactivated-\(id.text)@invalid"), password_hash = NULL, first_name = '',
                    last_name = '', phone = NULL, email_verified = false, locale = 'en', updated_at = now()
                WHERE id = \(id) RETURNING \(Self.columns)
                """))
    }

    /// Replaces a hash by one of the same password, unless the password was changed meanwhile.
    func replaceHash(
        _ id: UUID, old: String, new: String, in database: some PostgresExecutor
    ) async throws {
        try await database.execute(
            "UPDATE users SET password_hash = \(new) WHERE id = \(id) AND password_hash = \(old)")
    }

    /// Makes the account an active admin's with this password.
    func promote(_ id: UUID, passwordHash: String, in database: some PostgresExecutor) async throws -> User {
        try Self.user(
            try await database.queryOne(
                """
                UPDATE users SET password_hash = \(passwordHash), role = 'admin', account_status = 'active',
                    version = version + 1, updated_at = now()
                WHERE id = \(id) RETURNING \(Self.columns)
                """))
    }

    /// Accounts, newest first, after a position. `text` is looked for in e-mail address and name.
    func search(
        text: String?, role: Role?, status: AccountStatus?, after: UUID?, limit: Int,
        in database: some PostgresExecutor
    ) async throws -> [User] {
        var conditions: [SQL] = ["true"]
        if let after { conditions.append("id < \(after)") }
        if let role { conditions.append("role = \(role.rawValue)") }
        if let status { conditions.append("account_status = \(status)") }
        if let text {
            let pattern = "%" + Self.literal(text) + "%"
            conditions.append("(email ILIKE \(pattern) OR first_name || ' ' || last_name ILIKE \(pattern))")
        }
        return try await database.query(
            """
            SELECT \(Self.columns) FROM users WHERE \(conditions.joined(by: " AND "))
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map(Self.user)
    }

    /// The text as a pattern that matches only itself.
    private static func literal(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    }

    private static func user(_ row: Row) throws -> User {
        let roleName: String = try row["role"]
        guard let role = Role(rawValue: roleName) else { throw PostgresError(.decoding, "column role is not a Role") }
        return User(
            id: try row["id"], email: try row["email"], firstName: try row["first_name"],
            lastName: try row["last_name"], phone: try row["phone"], role: role,
            accountStatus: try row["account_status"], emailVerified: try row["email_verified"],
            locale: try row["locale"], version: try row["version"], createdAt: try row["created_at"],
            updatedAt: try row["updated_at"])
    }
}
