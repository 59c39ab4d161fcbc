import Contracts
import KubernetesClient
import StorefrontAPI
import Testing

@testable import StorefrontOperator

@Suite("Conditions")
struct ConditionTests {
    /// A shop with all as it should be.
    static var open: ShopObservation {
        var observation = ShopObservation()
        observation.version = "1.0.0"
        observation.url = "http://127.0.0.1:8080"
        for service in ServiceName.allCases {
            observation.migrations[service] = .completed(stale: [])
            var state = DeploymentState()
            state.replicas = 2
            state.updated = 2
            state.ready = 2
            state.available = 2
            state.isObserved = true
            state.version = "1.0.0"
            observation.deployments[service] = state
            observation.minimum[service] = 2
        }
        return observation
    }

    static func conditions(_ change: (inout ShopObservation) -> Void = { _ in }) -> [Condition.Kind: Condition] {
        var observation = open
        change(&observation)
        let all = Conditions(observation: observation, namespace: "default", name: "acme").all()
        return Dictionary(
            all.compactMap { condition in Condition.Kind(rawValue: condition.type).map { ($0, condition) } },
            uniquingKeysWith: { $1 })
    }

    @Test("all are there, each with a reason and a message")
    func complete() {
        let all = Self.conditions()
        #expect(Set(all.keys) == Set(Condition.Kind.allCases))
        #expect(all.values.allSatisfy { !$0.reason.isEmpty && $0.message.hasSuffix(".") })
        #expect(all[.ready]?.status == .true)
        #expect(all[.ready]?.message == "The shop is open at http://127.0.0.1:8080.")
        #expect(all[.progressing]?.status == .false)
        #expect(all[.suspended]?.status == .false)
    }

    @Test("Ready says what is wrong first")
    func ready() {
        let all = Self.conditions {
            $0.databases = .failed(reason: "PostgresUnreachable", message: "down")
            $0.messaging = .failed(reason: "RabbitMQUnauthorized", message: "refused")
        }
        #expect(all[.databasesReady]?.status == .false)
        #expect(all[.messagingReady]?.status == .false)
        #expect(all[.ready]?.status == .false)
        #expect(all[.ready]?.reason == "PostgresUnreachable")
        #expect(all[.ready]?.message == "down")
    }

    @Test("a failed migration is named, with how to see its log")
    func migrationFailed() {
        let all = Self.conditions {
            $0.migrations[.order] = .failed(job: "acme-order-migrate-1", message: "backoff", retryIn: .seconds(50))
        }
        #expect(all[.migrated]?.status == .false)
        #expect(all[.migrated]?.reason == "MigrationFailed")
        #expect(all[.migrated]?.message.contains("kubectl logs -n default job/acme-order-migrate-1") == true)
        #expect(all[.ready]?.reason == "MigrationFailed")
    }

    @Test("migrations under way, waiting or not begun are told apart")
    func migrating() {
        #expect(Self.conditions { $0.migrations[.user] = .running(job: "j") }[.migrated]?.reason == "Migrating")
        #expect(Self.conditions { $0.migrations[.user] = .waiting(for: "j") }[.migrated]?.reason == "MigrationWaiting")
        let notBegun = Self.conditions { $0.migrations = [:] }[.migrated]
        #expect(notBegun?.status == .unknown)
        #expect(notBegun?.reason == "WaitingForDatabases")
        let refused = Self.conditions { $0.migrationFailures[.user] = "forbidden" }[.migrated]
        #expect(refused?.reason == "MigrationNotStarted")
    }

    @Test("a service without an available pod is named")
    func unavailable() {
        let all = Self.conditions { $0.deployments[.payment]?.available = 0 }
        #expect(all[.servicesAvailable]?.status == .false)
        #expect(all[.servicesAvailable]?.reason == "ServicesUnavailable")
        #expect(all[.servicesAvailable]?.message.hasPrefix("payment: ") == true)
        #expect(all[.ready]?.status == .false)
        let missing = Self.conditions { $0.deployments = [:] }
        #expect(missing[.servicesAvailable]?.reason == "NotDeployed")
    }

    @Test("a rolling update leaves the shop Ready and says that it is under way")
    func rolling() {
        let all = Self.conditions { $0.deployments[.user]?.updated = 1 }
        #expect(all[.ready]?.status == .true)
        #expect(all[.progressing]?.status == .true)
        #expect(all[.progressing]?.message == "Rolling out user.")
        let growing = Self.conditions { $0.minimum[.user] = 3 }
        #expect(growing[.progressing]?.status == .true)
    }

    @Test("a rollout that is stuck says so")
    func stalled() {
        let all = Self.conditions {
            $0.deployments[.user]?.updated = 1
            $0.deployments[.user]?.stalled = "ReplicaSet has timed out progressing."
        }
        #expect(all[.progressing]?.status == .false)
        #expect(all[.progressing]?.reason == "RolloutStalled")
    }

    @Test("a suspended shop is not Ready, and nothing is wrong with it")
    func suspended() {
        let all = Self.conditions { $0.isSuspended = true }
        #expect(all[.suspended]?.status == .true)
        #expect(all[.ready]?.reason == "Suspended")
        #expect(all[.progressing]?.status == .false)
    }

    @Test("an object that cannot be applied is named")
    func failure() {
        let foreign = Self.conditions {
            $0.objects = [ObjectFailure(object: "Service default/acme-user", detail: "taken", isForeign: true)]
        }
        #expect(foreign[.ready]?.reason == "NameTaken")
        #expect(foreign[.ready]?.message == "Service default/acme-user: taken")
        let failed = Self.conditions { $0.objects = [ObjectFailure(object: "Service a/b", detail: "no")] }
        #expect(failed[.ready]?.reason == "ApplyFailed")
    }

    @Test("keep the time of their transition until their status changes")
    func transitions() throws {
        let shop = try Fixtures.shop()
        let first = StorefrontStatus(
            Self.open, of: shop, previous: StorefrontStatus(), now: Timestamp(microseconds: 1_000_000))
        var worse = Self.open
        worse.messaging = .failed(reason: "RabbitMQUnreachable", message: "down")
        let second = StorefrontStatus(worse, of: shop, previous: first, now: Timestamp(microseconds: 9_000_000))
        #expect(second[.messagingReady]?.lastTransitionTime == "1970-01-01T00:00:09Z")
        #expect(second[.databasesReady]?.lastTransitionTime == "1970-01-01T00:00:01Z")
        #expect(second[.ready]?.observedGeneration == 1)
        let third = StorefrontStatus(worse, of: shop, previous: second, now: Timestamp(microseconds: 20_000_000))
        #expect(third == second)
    }

    @Test("the version is the one that all services run")
    func version() throws {
        let shop = try Fixtures.shop()
        let status = StorefrontStatus(Self.open, of: shop, previous: StorefrontStatus(), now: .now)
        #expect(status.version == "1.0.0")
        #expect(status.url == "http://127.0.0.1:8080")
        var updating = Self.open
        updating.version = "2.0.0"
        updating.deployments[.user]?.version = "2.0.0"
        let newer = try Shop(
            Fixtures.storefront { $0[path: ["spec", "version"]] = "2.0.0" }, operatorVersion: "1.0.0")
        #expect(StorefrontStatus(updating, of: newer, previous: status, now: .now).version == "1.0.0")
    }

    @Test(
        "the URL has the Ingress's port where it is not the scheme's own",
        arguments: [
            (nil, #"{"ip":"127.0.0.1","ports":[{"port":8080,"protocol":"TCP"}]}"#, "http://127.0.0.1:8080"),
            (nil, #"{"hostname":"lb.example.com"}"#, "http://lb.example.com"),
            ("shop.example.com", #"{"ip":"10.0.0.1","ports":[{"port":80}]}"#, "http://shop.example.com"),
            ("shop.example.com", #"{"ip":"10.0.0.1","ports":[{"port":8080}]}"#, "http://shop.example.com:8080"),
        ] as [(String?, String, String)])
    func url(_ host: String?, _ entry: String, _ expected: String) throws {
        let shop = try Fixtures.shop { $0[path: ["spec", "host"]] = host.map { .string($0) } }
        var ingress = UntypedObject(.ingress, name: "acme", namespace: "default")
        ingress["status", "loadBalancer", "ingress"] = [try JSONValue(parsing: entry)]
        #expect(shop.publicURL(of: ingress) == expected)
    }
}
