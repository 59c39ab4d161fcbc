public import Contracts
import StorefrontAPI

/// One service's database on a server: the database, the role that owns it, and how many connections that may have.
public struct DatabasePlan: Sendable, Hashable {
    public var service: ServiceName
    /// The name of the database and of the role.
    public var name: String
    public var password: String
    public var connectionLimit: Int

    init(_ shop: Shop, _ service: ServiceName, material: ShopMaterial) {
        let settings = shop.settings(of: service)
        self.service = service
        name = shop.database(service)
        password = material.databasePasswords[service] ?? ""
        // All replicas, one more during an update, one migration, and one listening connection each.
        connectionLimit =
            settings.database.connectionLimit
            ?? (settings.autoscaling.maxReplicas + 2) * (settings.database.poolSize + 1)
    }

    /// The statements that make it from nothing, for people to read; passwords are left out.
    public var statements: [String] {
        let identifier = SQLText.identifier(name)
        return [
            "CREATE ROLE \(identifier) LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
                + "CONNECTION LIMIT \(connectionLimit) PASSWORD '********'",
            "CREATE DATABASE \(identifier) OWNER \(identifier) TEMPLATE template0 ENCODING 'UTF8'",
            "REVOKE ALL ON DATABASE \(identifier) FROM PUBLIC",
        ]
    }
}

/// Text that becomes part of statements which take no parameters.
enum SQLText {
    static func identifier(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    /// A string literal that means the same whatever `standard_conforming_strings` is.
    static func literal(_ text: String) -> String {
        let quoted = text.replacing("'", with: "''")
        return quoted.contains("\\") ? "E'\(quoted.replacing("\\", with: "\\\\"))'" : "'\(quoted)'"
    }
}
