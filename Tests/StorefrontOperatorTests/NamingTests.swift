import Contracts
import KubernetesClient
import Testing

@testable import StorefrontOperator

@Suite("Names")
struct NamingTests {
    @Test("are kept whole up to 63 bytes and shortened past them", arguments: [62, 63, 64, 65, 200])
    func bounded(_ length: Int) {
        let name = String(repeating: "a", count: length)
        let bounded = BoundedName.joined([name])
        #expect(bounded.utf8.count <= 63)
        #expect((bounded == name) == (length <= 63))
    }

    @Test("that differ stay different when shortened, and the same stays the same")
    func distinct() {
        let long = String(repeating: "a", count: 70)
        #expect(BoundedName.joined([long, "x"]) != BoundedName.joined([long, "y"]))
        #expect(BoundedName.joined([long, "x"]) == BoundedName.joined([long, "x"]))
    }

    @Test("are cut between characters, not within one")
    func unicode() {
        let bounded = BoundedName.joined([String(repeating: "é", count: 40)])
        #expect(bounded.utf8.count <= 63)
        #expect(bounded.hasPrefix("é"))
    }

    @Test("of everything in a plan fit Kubernetes and PostgreSQL, for the longest Storefront and namespace")
    func longest() throws {
        let shop = try Fixtures.shop(
            name: String(repeating: "n", count: 50), namespace: String(repeating: "s", count: 63))
        let plan = try Fixtures.plan(shop)
        for object in plan.kubernetesObjects {
            let limit = ["Service", "Job", "Deployment"].contains(object.kind) ? 63 : 253
            #expect(object.name.utf8.count <= limit, "\(object.kind) \(object.name)")
            #expect(object.labels.values.allSatisfy { $0.utf8.count <= 63 })
        }
        #expect(Set(plan.databases.map(\.name)).count == 5)
        #expect(plan.databases.allSatisfy { $0.name.utf8.count <= 63 })
        #expect(Set(plan.broker.users.map(\.name)).count == 5)
    }

    @Test(
        "of servers without a dot are Services of the Storefront's namespace",
        arguments: [
            ("postgres", "postgres.default.svc"), ("pg.data.svc", "pg.data.svc"), ("10.0.0.1", "10.0.0.1"),
            ("::1", "::1"),
        ])
    func hosts(_ host: String, _ expected: String) throws {
        #expect(try Fixtures.shop().host(host) == expected)
    }

    @Test("in SQL are quoted, whatever they hold")
    func quoting() {
        #expect(SQLText.identifier(#"a"b"#) == #""a""b""#)
        #expect(SQLText.literal("it's") == "'it''s'")
        #expect(SQLText.literal(#"a\'b"#) == #"E'a\\''b'"#)
    }

    @Test("in paths of the management API are escaped")
    func escaping() {
        #expect(ManagementAPI.escaped("storefront.default.acme") == "storefront.default.acme")
        #expect(ManagementAPI.escaped("/a b%é") == "%2Fa%20b%25%C3%A9")
    }
}
