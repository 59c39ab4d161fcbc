import Contracts
import KubernetesClient
import Testing

@testable import StorefrontOperator

@Suite("What brings a database to the plan")
struct DatabaseChangeTests {
    static func plan() throws -> DatabasePlan {
        let shop = try Fixtures.shop()
        return DatabasePlan(shop, .user, material: .placeholder(for: shop))
    }

    static func observed(_ plan: DatabasePlan) -> DatabaseObservation {
        var role = DatabaseObservation.Role()
        role.connectionLimit = plan.connectionLimit
        return DatabaseObservation(role: role, database: .init(owner: plan.name), isMember: true)
    }

    @Test("is nothing when all is as planned")
    func steady() throws {
        let plan = try Self.plan()
        let observed = Self.observed(plan)
        #expect(plan.roleChanges(observed, password: "''") == [])
        #expect(plan.databaseChanges(observed, strangers: ["other"]) == [])
    }

    @Test("names only the attributes that differ")
    func attributes() throws {
        let plan = try Self.plan()
        var observed = Self.observed(plan)
        observed.role?.createsDatabases = true
        observed.role?.connectionLimit = 1
        #expect(
            plan.roleChanges(observed, password: "''").map(\.statement) == [
                #"ALTER ROLE "default_acme_user" NOCREATEDB CONNECTION LIMIT \#(plan.connectionLimit)"#
            ])
    }

    @Test("closes a new database to everybody, and joins its role first where the administrator has to")
    func new() throws {
        let plan = try Self.plan()
        let statements = plan.databaseChanges(DatabaseObservation(isMember: false), strangers: []).map(\.statement)
        #expect(
            statements == [
                #"GRANT "default_acme_user" TO CURRENT_USER"#,
                #"CREATE DATABASE "default_acme_user" OWNER "default_acme_user" TEMPLATE template0 ENCODING 'UTF8'"#,
                #"REVOKE ALL ON DATABASE "default_acme_user" FROM PUBLIC"#,
            ])
    }

    @Test("takes the database from other services, but not from roles that it does not know")
    func strangers() throws {
        let plan = try Self.plan()
        var observed = Self.observed(plan)
        observed.database?.grantees = [nil, "default_acme_order", "reporting"]
        let statements = plan.databaseChanges(observed, strangers: ["default_acme_order"]).map(\.statement)
        #expect(
            statements == [
                #"REVOKE ALL ON DATABASE "default_acme_user" FROM PUBLIC"#,
                #"REVOKE ALL ON DATABASE "default_acme_user" FROM "default_acme_order""#,
            ])
    }

    @Test("has connections for all replicas, an update and a migration, or as many as the spec says")
    func limit() throws {
        #expect(try Self.plan().connectionLimit == 12 * 9)
        let shop = try Fixtures.shop {
            $0[path: ["spec", "services", "user", "database"]] = ["connectionLimit": 7]
        }
        #expect(DatabasePlan(shop, .user, material: .placeholder(for: shop)).connectionLimit == 7)
    }
}
