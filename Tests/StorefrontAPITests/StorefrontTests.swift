import KubernetesClient
import Testing

@testable import StorefrontAPI

@Suite("A Storefront")
struct StorefrontTests {
    static let valid: JSONValue = [
        "apiVersion": "storefront.dev/v1alpha1", "kind": "Storefront", "metadata": ["name": "acme"],
        "spec": [
            "postgres": ["server": ["host": "postgres", "adminSecretName": "pg"]],
            "rabbitmq": ["server": ["host": "rabbitmq", "adminSecretName": "mq"]],
            "redis": ["secretName": "redis"],
        ],
    ]

    static func problems(_ change: (inout JSONValue) -> Void, replacing old: JSONValue? = nil) -> [String] {
        var json = valid
        change(&json)
        return Storefront(untyped: UntypedObject(json))
            .problems(replacing: old.map { Storefront(untyped: UntypedObject($0)) }).map(\.description)
    }

    @Test("needs nothing but where its servers are")
    func minimal() throws {
        #expect(Self.problems { _ in } == [])
        let spec = try Storefront(untyped: UntypedObject(Self.valid)).spec()
        #expect(spec.services.payment.service.autoscaling.minReplicas == 2)
        #expect(spec.services.payment.gateway.provider == .mock)
        #expect(spec.notifications.file?.storage == "1Gi")
    }

    @Test("is refused with the field and what it must be")
    func problemsNameTheField() {
        #expect(Self.problems { $0[path: ["spec", "redis"]] = nil } == ["spec.redis: is required"])
        #expect(
            Self.problems { $0[path: ["spec", "colour"]] = "red" } == [
                "spec.colour: is not a field of this resource"
            ])
        #expect(
            Self.problems { $0[path: ["spec", "logLevel"]] = "info" } == [
                "spec.logLevel: must be one of Trace, Debug, Info, Notice, Warning, Error"
            ])
        #expect(
            Self.problems { $0[path: ["spec", "postgres", "server", "port"]] = 65_536 } == [
                "spec.postgres.server.port: must be at most 65535"
            ])
        #expect(
            Self.problems { $0[path: ["spec", "sampleData"]] = "yes" } == ["spec.sampleData: must be true or false"])
        #expect(
            Self.problems { $0[path: ["spec", "services", "user", "autoscaling", "minReplicas"]] = 11 } == [
                "spec.services.user.autoscaling: minReplicas must not exceed maxReplicas"
            ])
        #expect(
            Self.problems { $0[path: ["spec", "notifications"]] = ["from": "a@b"] } == [
                "spec.notifications: set file, smtp or both"
            ])
        #expect(
            Self.problems {
                $0[path: ["spec", "services", "user", "env"]] = [["name": "A", "value": "1"], ["name": "A"]]
            } == ["spec.services.user.env[1]: repeats an earlier element"])
    }

    @Test("keeps its currency")
    func currencyIsImmutable() {
        let change: (inout JSONValue) -> Void = { $0[path: ["spec", "currency"]] = "EUR" }
        #expect(Self.problems(change) == [])
        #expect(
            Self.problems(change, replacing: Self.valid) == [
                "spec.currency: the currency of a shop cannot be changed"
            ])
    }

    @Test("may be called what its Services can be called", arguments: [50, 51])
    func nameLength(_ length: Int) {
        let found = Self.problems { $0[path: ["metadata", "name"]] = .string(String(repeating: "a", count: length)) }
        #expect(found.isEmpty == (length <= 50))
    }

    @Test("must have a name that is a DNS label", arguments: ["1shop", "a.b", "Shop", "a-", "a_b"])
    func nameCharacters(_ name: String) {
        #expect(Self.problems { $0[path: ["metadata", "name"]] = .string(name) }.count == 1)
    }

    @Test("reads a quantity given as a number")
    func quantities() throws {
        var json = Self.valid
        json[path: ["spec", "services", "user", "resources"]] = ["requests": ["cpu": 1]]
        #expect(Self.problems { $0 = json } == [])
        let spec = try Storefront(untyped: UntypedObject(json)).spec()
        #expect(spec.services.user.resources.requests == ["cpu": "1"])
        #expect(spec.services.user.resources.limits == ["memory": "256Mi"])
    }
}
