import Foundation
import KubernetesClient
import NIOHTTP1
import Testing

extension EndToEnd {
    /// What a platform team does with the shop's cluster.
    @Suite(.shop(port: 18_082))
    struct ClusterTests {
        private static let storefront = ResourceKind(
            group: "storefront.dev", version: "v1alpha1", plural: "storefronts", kind: "Storefront")

        @Test func aWrongStorefrontIsRefusedWithTheSchemasWords() async throws {
            let client = try await currentShop().client()
            let mistakes: [(JSONValue, String)] = [
                (["currency": "dollars"], "spec.currency"),
                (["deletionPolicy": "Perhaps"], "supported values"),
                (["services": ["product": ["autoscaling": ["minReplicas": 0]]]], "greater than or equal to 1"),
                (["services": ["product": ["autoscaling": ["minReplicas": 5, "maxReplicas": 2]]]], "minReplicas"),
            ]
            for (mistake, words) in mistakes {
                let error = await #expect(throws: KubernetesError.self) {
                    try await client.patch(
                        Self.storefront, "acme", namespace: "default", .merge(["spec": mistake]))
                }
                #expect(error?.isInvalid == true, "\(mistake)")
                #expect(error?.status?.message.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
            }
        }

        @Test func aMissingSecretIsNamedAndItsArrivalHeals() async throws {
            let client = try await currentShop().client()
            var other = try await client.get(Self.storefront, "acme", namespace: "default")
            other = UntypedObject(Self.storefront, name: "beta", namespace: "default")
            other.spec = try await client.get(Self.storefront, "acme", namespace: "default").spec
            other["spec", "ingress"] = ["enabled": false]
            other["spec", "postgres", "server", "adminSecretName"] = "not-there-yet"
            try await client.create(Self.storefront, other)
            try await poll("the missing Secret to be named") {
                let condition = try await Self.condition("DatabasesReady", of: "beta", client)
                return condition?["status"] == "False"
                    && condition?["message"]?.stringValue?.contains("not-there-yet") == true ? true : nil
            }
            var secret = try await client.get(.secret, "postgres-admin", namespace: "default")
            let data = secret["data"]
            secret = UntypedObject(.secret, name: "not-there-yet", namespace: "default")
            secret["data"] = data
            try await client.create(.secret, secret)
            try await poll(limit: .seconds(90), "beta to be Ready") {
                try await Self.condition("Ready", of: "beta", client)?["status"] == "True" ? true : nil
            }
            try await client.delete(Self.storefront, "beta", namespace: "default")
            try await poll("beta to be gone") {
                try await client.find(Self.storefront, "beta", namespace: "default") == nil ? true : nil
            }
        }

        @Test func moreReplicasComeWithoutAFailedRequest() async throws {
            let shop = try currentShop()
            let client = try await shop.client()
            let result = try await withThrowingTaskGroup(of: (asked: Int, failed: [String]).self) { group in
                group.addTask { try await Self.keepAsking(shop, until: { try await Self.available(client) >= 3 }) }
                group.addTask {
                    try await client.patch(
                        Self.storefront, "acme", namespace: "default",
                        .merge(["spec": ["services": ["product": ["autoscaling": ["minReplicas": 3]]]]]))
                    return (0, [])
                }
                return try await group.reduce((0, [])) { ($0.0 + $1.asked, $0.1 + $1.failed) }
            }
            #expect(result.0 > 0)
            #expect(result.1.isEmpty, "\(result.1.prefix(3))")
        }

        @Test func aRollingUpdateFailsNoRequest() async throws {
            let shop = try currentShop()
            let client = try await shop.client()
            let before = try await client.get(.deployment, "acme-product", namespace: "default")
            let generation = before.generation
            let result = try await withThrowingTaskGroup(of: (asked: Int, failed: [String]).self) { group in
                group.addTask {
                    try await Self.keepAsking(shop) {
                        let deployment = try await client.get(.deployment, "acme-product", namespace: "default")
                        let wanted = deployment["spec", "replicas"]?.intValue ?? 1
                        return deployment.generation > generation
                            && deployment["status", "observedGeneration"]?.integerValue == deployment.generation
                            && deployment["status", "updatedReplicas"]?.intValue == wanted
                            && deployment["status", "availableReplicas"]?.intValue == wanted
                            && deployment["status", "replicas"]?.intValue == wanted
                    }
                }
                group.addTask {
                    try await client.patch(
                        Self.storefront, "acme", namespace: "default", .merge(["spec": ["logLevel": "Debug"]]))
                    return (0, [])
                }
                return try await group.reduce((0, [])) { ($0.0 + $1.asked, $0.1 + $1.failed) }
            }
            #expect(result.0 > 0)
            #expect(result.1.isEmpty, "\(result.1.prefix(3))")
        }

        @Test func whatIsDeletedComesBack() async throws {
            let client = try await currentShop().client()
            for kind: ResourceKind in [.deployment, .service, .configMap, .podDisruptionBudget, .networkPolicy] {
                let old = try await client.get(kind, "acme-payment", namespace: "default").uid
                try await client.delete(kind, "acme-payment", namespace: "default")
                try await poll(limit: .seconds(60), "\(kind) acme-payment to return") {
                    let new = try await client.find(kind, "acme-payment", namespace: "default")
                    return new != nil && new?.uid != old ? true : nil
                }
            }
            try await poll(limit: .seconds(90), "acme to be Ready") {
                let payment = try await client.find(.deployment, "acme-payment", namespace: "default")
                let available = payment?["status", "availableReplicas"]?.intValue ?? 0
                let ready = try await Self.condition("Ready", of: "acme", client)?["status"] == "True"
                return available > 0 && ready ? true : nil
            }
        }

        @Test func atRestNothingIsWritten() async throws {
            let client = try await currentShop().client()
            try await poll(limit: .seconds(60), "two equal readings") {
                let before = try await Self.versions(client)
                try await Task.sleep(for: .seconds(8))
                return try await Self.versions(client) == before ? true : nil
            }
        }

        /// Name and resourceVersion of everything the operator keeps.
        private static func versions(_ client: KubernetesClient) async throws -> [String: String] {
            var versions: [String: String] = [:]
            let kinds: [ResourceKind] = [
                storefront, .deployment, .service, .configMap, .secret, .horizontalPodAutoscaler, .podDisruptionBudget,
                .networkPolicy, .ingress, .serviceAccount, .job,
            ]
            for kind in kinds {
                for object in try await client.listAll(kind, namespace: "default").items {
                    // A controller's status is not the operator's.
                    let isObserved = kind == .horizontalPodAutoscaler
                    versions["\(kind) \(object.name)"] = isObserved ? object.uid : object.resourceVersion
                }
            }
            return versions
        }

        private static func available(_ client: KubernetesClient) async throws -> Int {
            try await client.get(.deployment, "acme-product", namespace: "default")["status", "availableReplicas"]?
                .intValue ?? 0
        }

        private static func condition(
            _ type: String, of name: String, _ client: KubernetesClient
        ) async throws -> JSONValue? {
            try await client.get(storefront, name, namespace: "default")["status", "conditions"]?.arrayValue?
                .first { $0["type"]?.stringValue == type }
        }

        /// Reads products over and over until something holds, and remembers every answer that was not 200.
        private static func keepAsking(
            _ shop: RunningShop, until done: () async throws -> Bool
        ) async throws -> (asked: Int, failed: [String]) {
            let visitor = Buyer(shop)
            var asked = 0
            var failed: [String] = []
            let deadline = ContinuousClock.now + .seconds(90)
            while ContinuousClock.now < deadline {
                for _ in 0..<20 {
                    asked += 1
                    do {
                        let answer = try await visitor.send(.GET, "/api/v1/products?limit=3")
                        if answer.status != 200 {
                            failed.append("\(answer.status) \(String(decoding: answer.bytes, as: UTF8.self))")
                        }
                    } catch {
                        failed.append("\(error)")
                    }
                }
                if try await done() { return (asked, failed) }
            }
            throw Failure("the change did not come within 90 s")
        }
    }
}
