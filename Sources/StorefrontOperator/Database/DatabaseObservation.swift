/// What a server has of one planned database.
struct DatabaseObservation: Sendable, Hashable {
    struct Role: Sendable, Hashable {
        var canLogin = true
        var isSuperuser = false
        var createsDatabases = false
        var createsRoles = false
        var replicates = false
        var bypassesRowSecurity = false
        var connectionLimit = -1
        var expires = false
    }

    struct Database: Sendable, Hashable {
        var owner: String
        /// Roles besides the owner with some privilege on the database itself; `nil` is PUBLIC.
        var grantees: Set<String?> = []
    }

    var role: Role?
    var database: Database?
    /// Whether the administrator may act as the role, as giving it a database needs.
    var isMember = true
}

/// One statement and what it does, for the event that tells of it.
struct DatabaseChange: Sendable, Hashable {
    var statement: String
    var summary: String
}

extension DatabasePlan {
    /// What brings a role to the plan.
    ///
    /// - Parameter password: the literal for a new role's password.
    func roleChanges(_ observed: DatabaseObservation, password: @autoclosure () -> String) -> [DatabaseChange] {
        let identifier = SQLText.identifier(name)
        guard let role = observed.role else {
            let statement =
                "CREATE ROLE \(identifier) LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE "
                + "CONNECTION LIMIT \(connectionLimit) PASSWORD \(password())"
            return [DatabaseChange(statement: statement, summary: "created the role \(name)")]
        }
        // Attributes are named only where they differ, since naming some asks for a superuser.
        var attributes: [String] = []
        if !role.canLogin { attributes.append("LOGIN") }
        if role.isSuperuser { attributes.append("NOSUPERUSER") }
        if role.createsDatabases { attributes.append("NOCREATEDB") }
        if role.createsRoles { attributes.append("NOCREATEROLE") }
        if role.replicates { attributes.append("NOREPLICATION") }
        if role.bypassesRowSecurity { attributes.append("NOBYPASSRLS") }
        if role.connectionLimit != connectionLimit { attributes.append("CONNECTION LIMIT \(connectionLimit)") }
        if role.expires { attributes.append("VALID UNTIL 'infinity'") }
        guard !attributes.isEmpty else { return [] }
        let list = attributes.joined(separator: " ")
        return [
            DatabaseChange(statement: "ALTER ROLE \(identifier) \(list)", summary: "set \(list) for the role \(name)")
        ]
    }

    /// What brings a database to the plan, once its role is there.
    ///
    /// - Parameter strangers: roles of other services, which have no business here.
    func databaseChanges(_ observed: DatabaseObservation, strangers: Set<String>) -> [DatabaseChange] {
        let identifier = SQLText.identifier(name)
        var changes: [DatabaseChange] = []
        let needsMembership = observed.database == nil || observed.database?.owner != name
        if needsMembership, !observed.isMember {
            changes.append(
                DatabaseChange(
                    statement: "GRANT \(identifier) TO CURRENT_USER", summary: "joined the role \(name)"))
        }
        guard let database = observed.database else {
            changes += [
                DatabaseChange(
                    statement: "CREATE DATABASE \(identifier) OWNER \(identifier) TEMPLATE template0 ENCODING 'UTF8'",
                    summary: "created the database \(name)"),
                revokePublic,
            ]
            return changes
        }
        if database.owner != name {
            changes.append(
                DatabaseChange(
                    statement: "ALTER DATABASE \(identifier) OWNER TO \(identifier)",
                    summary: "gave the database \(name) back to its role"))
        }
        if database.grantees.contains(nil) { changes.append(revokePublic) }
        for stranger in database.grantees.compactMap(\.self).filter(strangers.contains).sorted() {
            changes.append(
                DatabaseChange(
                    statement: "REVOKE ALL ON DATABASE \(identifier) FROM \(SQLText.identifier(stranger))",
                    summary: "took the database \(name) from \(stranger)"))
        }
        return changes
    }

    private var revokePublic: DatabaseChange {
        DatabaseChange(
            statement: "REVOKE ALL ON DATABASE \(SQLText.identifier(name)) FROM PUBLIC",
            summary: "closed the database \(name) to all other roles")
    }
}
