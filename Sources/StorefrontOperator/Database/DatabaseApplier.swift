import Contracts
import Logging
import PostgreSQL

/// Makes databases and roles on one server what the plan says, as an administrator.
struct DatabaseApplier: Sendable {
    var administrator: PostgresCredentials
    var logger = Logger(label: "databases")

    /// Looks, changes what differs, and tells what it changed; changes nothing when all is as planned.
    ///
    /// - Parameter willCreate: called before a missing database is made, since what was known of its contents is void.
    /// - Throws: ``DatabaseFailure``, or what `willCreate` throws.
    func apply(
        _ plans: [DatabasePlan], willCreate: @escaping @Sendable (ServiceName) async throws -> Void
    ) async throws -> [String] {
        try await withAdministrator(connections: plans.count) { pool in
            // To look, one connection is enough for all; making a database takes the server some tenths of a second, so
            // all are made at a time.
            let observed = try await pool.withConnection { connection in
                var observed: [DatabaseObservation] = []
                for plan in plans { observed.append(try await Self.observe(plan, connection)) }
                return observed
            }
            return try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
                for (index, plan) in plans.enumerated() {
                    let strangers = Set(plans.map(\.name)).subtracting([plan.name])
                    group.addTask {
                        if observed[index].database == nil { try await willCreate(plan.service) }
                        return (index, try await apply(plan, observed[index], strangers: strangers, pool))
                    }
                }
                var summaries: [Int: [String]] = [:]
                for try await (index, changes) in group { summaries[index] = changes }
                return plans.indices.flatMap { summaries[$0] ?? [] }
            }
        }
    }

    /// Drops databases and roles with everything in them.
    ///
    /// - Throws: ``DatabaseFailure``.
    func remove(_ plans: [DatabasePlan]) async throws {
        try await withAdministrator(connections: 1) { pool in
            try await pool.withConnection { connection in
                for plan in plans {
                    let identifier = SQLText.identifier(plan.name)
                    // Of a role that is not one's own, connections cannot be ended and databases not dropped.
                    let observation = try await Self.observe(plan, connection)
                    if observation.role != nil, !observation.isMember {
                        try await connection.script("GRANT \(identifier) TO CURRENT_USER")
                    }
                    try await connection.script("DROP DATABASE IF EXISTS \(identifier) WITH (FORCE)")
                    try await connection.script("DROP ROLE IF EXISTS \(identifier)")
                }
            }
        }
    }

    private func withAdministrator<Value: Sendable>(
        connections: Int, _ body: @Sendable (PostgresPool) async throws -> Value
    ) async throws -> Value {
        let pool = Self.pool(administrator, connections: connections, patience: .seconds(4))
        do {
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error is PostgresError ? DatabaseFailure(error) : error
        }
    }

    private static func pool(_ credentials: PostgresCredentials, connections: Int, patience: Duration) -> PostgresPool {
        var configuration = PostgresConfiguration(credentials, applicationName: "storefront-operator")
        configuration.minimumConnections = 0
        configuration.maximumConnections = connections
        configuration.leaseTimeout = patience
        configuration.connectTimeout = .seconds(3)
        configuration.statementTimeout = .seconds(30)
        return PostgresPool(configuration, logger: Logger(label: "databases"))
    }

    // MARK: - One database

    private func apply(
        _ plan: DatabasePlan, _ observed: DatabaseObservation, strangers: Set<String>, _ pool: PostgresPool
    ) async throws -> [String] {
        let isNew = observed.role == nil
        var summaries: [String] = []
        let role = plan.roleChanges(observed, password: ScramVerifier.literal(password: plan.password))
        try await run(role, pool, &summaries)
        var observed = observed
        if isNew {
            observed.isMember = try await pool.withConnection { try await Self.observe(plan, $0) }.isMember
        }
        try await run(plan.databaseChanges(observed, strangers: strangers), pool, &summaries)
        if !isNew, try await !canSignIn(plan) {
            let password = DatabaseChange(
                statement: "ALTER ROLE \(SQLText.identifier(plan.name)) "
                    + "PASSWORD \(ScramVerifier.literal(password: plan.password))",
                summary: "set the password of the role \(plan.name)")
            try await run([password], pool, &summaries)
        }
        return summaries
    }

    private func run(
        _ changes: [DatabaseChange], _ pool: PostgresPool, _ summaries: inout [String]
    ) async throws {
        for change in changes {
            try await pool.withConnection { try await $0.script(change.statement) }
            summaries.append(change.summary)
            logger.info("changed a database", metadata: ["change": "\(change.summary)"])
        }
    }

    /// Whether the role's password is the planned one: nobody but a superuser could read it, so it is tried.
    private func canSignIn(_ plan: DatabasePlan) async throws -> Bool {
        var credentials = administrator
        credentials.database = plan.name
        credentials.user = plan.name
        credentials.password = plan.password
        let pool = Self.pool(credentials, connections: 1, patience: .seconds(2))
        do {
            _ = try await pool.queryOne("SELECT 1 AS one")
            await pool.close()
            return true
        } catch {
            await pool.close()
            if DatabaseFailure.isTooManyConnections(error) { return true }
            let failure = DatabaseFailure(error)
            if failure.kind == .unauthorized { return false }
            throw failure
        }
    }

    private static func observe(
        _ plan: DatabasePlan, _ connection: PostgresConnection
    ) async throws -> DatabaseObservation {
        let results = try await connection.batch([role(plan.name), database(plan.name), grantees(plan.name)])
        var observation = DatabaseObservation(isMember: false)
        if let row = results[0].first {
            observation.role = DatabaseObservation.Role(
                canLogin: try row["rolcanlogin"], isSuperuser: try row["rolsuper"],
                createsDatabases: try row["rolcreatedb"], createsRoles: try row["rolcreaterole"],
                replicates: try row["rolreplication"], bypassesRowSecurity: try row["rolbypassrls"],
                connectionLimit: try row["rolconnlimit"], expires: try row["expires"])
            observation.isMember = try row["is_member"]
        }
        if let row = results[1].first {
            observation.database = DatabaseObservation.Database(
                owner: try row["owner"],
                grantees: Set(
                    try results[2].rows.map { row -> String? in
                        let name: String = try row["grantee"]
                        return name.isEmpty ? nil : name
                    }))
        }
        return observation
    }

    private static func role(_ name: String) -> SQL {
        """
        SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit,
               rolvaliduntil IS NOT NULL AND rolvaliduntil <> 'infinity' AS expires,
               pg_has_role(current_user, oid,
                           CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
                   AS is_member
          FROM pg_roles WHERE rolname = \(name)
        """
    }

    private static func database(_ name: String) -> SQL {
        "SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = \(name)"
    }

    /// The empty name is PUBLIC.
    private static func grantees(_ name: String) -> SQL {
        """
        SELECT DISTINCT coalesce(r.rolname, '') AS grantee
          FROM pg_database d
         CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
          LEFT JOIN pg_roles r ON r.oid = a.grantee
         WHERE d.datname = \(name) AND a.grantee <> d.datdba
        """
    }
}
