import Contracts
import KubernetesClient
import StorefrontAPI
import TestOperator
import TestServers
import Testing

@testable import StorefrontOperator

extension InCluster {
    @Suite("A running shop", .serialized, .shop)
    struct ShopTests {
        @Test("has every planned object, owned and labelled, with the planned fields")
        func objects() async throws {
            let shop = try currentShop()
            try await shop.waitUntilQuiet()
            let storefront = try await shop.cluster.storefront("acme", in: shop.scene.namespace)
            let planned = try Shop(storefront)
            var facts = ObservedFacts()
            facts.redisPort = try await ShopServers.redis().port
            let plan = try StorefrontPlan(planned, material: .placeholder(for: planned), facts: facts)
            let objects =
                plan.objects.filter { !$0.isUnwanted } + plan.workloads.flatMap { [$0.migration, $0.deployment] }
            #expect(objects.count > 60)
            for planned in objects {
                let live = try #require(
                    try await shop.scene.object(planned.kind, planned.key.name), "\(planned.kind) \(planned.key)")
                #expect(live.ownerReferences == planned.object.ownerReferences, "\(planned.kind) \(planned.key)")
                if !planned.object.ownerReferences.isEmpty {
                    let owner = try #require(live.ownerReferences.first)
                    #expect(owner.uid == storefront.uid)
                    #expect(owner.kind == "Storefront")
                }
                #expect(
                    ObjectComparison.covers(live.json, Self.known(planned.object)), "\(planned.kind) \(planned.key)")
            }
        }

        /// What of a planned object is known without the cluster: neither secrets nor what is made of them.
        private static func known(_ object: UntypedObject) -> JSONValue {
            var object = object
            object["data"] = nil
            object["spec", "template", "metadata", "annotations", Annotations.secrets] = nil
            return object.json
        }

        @Test("says so in its status")
        func status() async throws {
            let shop = try currentShop()
            try await shop.waitUntilReady()
            let storefront = try await shop.cluster.storefront("acme", in: shop.scene.namespace)
            let status = try storefront.status()
            #expect(status.observedGeneration == storefront.generation)
            #expect(status.version == productVersion)
            #expect(status.services.count == 5)
            for (kind, wanted) in [
                (Condition.Kind.ready, Condition.Status.true), (.databasesReady, .true), (.messagingReady, .true),
                (.secretsReady, .true), (.migrated, .true), (.servicesAvailable, .true), (.progressing, .false),
                (.suspended, .false),
            ] {
                #expect(status[kind]?.status == wanted, "\(kind)")
                #expect(status[kind]?.reason.isEmpty == false, "\(kind)")
            }
        }

        @Test("got each Deployment only once its migration was complete")
        func migrationsFirst() async throws {
            let shop = try currentShop()
            try await shop.waitUntilReady()
            let jobs = try await shop.client.listAll(.job, namespace: shop.scene.namespace).items
            for service in ServiceName.allCases {
                let job = try #require(jobs.first { $0.labels[Labels.service] == service.rawValue })
                let completion = try #require(
                    job["status", "completionTime"]?.stringValue.flatMap { Timestamp($0) }, "\(job.name)")
                let deployment = try #require(try await shop.scene.object(.deployment, "acme-\(service.rawValue)"))
                let creation = try #require(deployment.creationTimestamp)
                #expect(creation - completion >= .zero, "\(service)")
            }
        }

        @Test("is left alone at rest: in twenty seconds nothing is written and no version changes")
        func rest() async throws {
            let shop = try currentShop()
            try await shop.waitUntilQuiet()
            let versions = try await Self.versions(shop)
            let writes = shop.proxy.writes
            try await Task.sleep(for: .seconds(20))
            #expect(shop.proxy.writes == writes)
            #expect(try await Self.versions(shop) == versions)
        }

        @Test("is not written to by an operator that starts again")
        func restart() async throws {
            let shop = try currentShop()
            try await shop.waitUntilQuiet()
            let versions = try await Self.versions(shop)
            let writes = shop.proxy.writes
            shop.process.kill()
            try shop.process.start()
            // It has looked at everything once it has asked the broker again: there is nothing else to see of it.
            try await eventually(within: .seconds(60), "the second operator's first pass") {
                try await shop.process.reconciles() > 0
            }
            #expect(shop.proxy.writes == writes)
            #expect(try await Self.versions(shop) == versions)
        }

        /// Versions of what the operator made; an autoscaler's status is its controller's own business.
        private static func versions(_ shop: RunningShop) async throws -> [String: String] {
            var versions = try await shop.cluster.versions(in: shop.scene.namespace)
            for key in versions.keys
            where key.hasPrefix("events") || key.hasPrefix("\(ResourceKind.horizontalPodAutoscaler)") {
                versions[key] = nil
            }
            #expect(versions.count > 50)
            return versions
        }

        /// A claim that pods use stays until they are gone.
        @Test(
            "gets back what somebody deletes of it, of every kind",
            arguments: TestCluster.childKinds.filter { $0 != .persistentVolumeClaim })
        func deleted(_ kind: ResourceKind) async throws {
            let shop = try currentShop()
            try await shop.waitUntilQuiet()
            let object = try #require(try await Self.child(kind, shop))
            try await shop.client.delete(
                kind, object.name, namespace: shop.scene.namespace, options: DeleteOptions(propagation: .background))
            try await eventually(within: .seconds(90), "\(kind) \(object.name) again") {
                guard let present = try await shop.scene.object(kind, object.name) else { return false }
                return present.uid != object.uid && !present.isBeingDeleted
            }
            try await shop.waitUntilReady()
        }

        @Test(
            "gets back what somebody changes of it, of every kind",
            arguments: TestCluster.childKinds.filter { $0 != .job && $0 != .persistentVolumeClaim })
        func changed(_ kind: ResourceKind) async throws {
            let shop = try currentShop()
            try await shop.waitUntilQuiet()
            let object = try #require(try await Self.child(kind, shop))
            let (change, path) = try #require(Self.damage[kind])
            let before = object.json[path: path]
            _ = try await shop.client.patch(kind, object.name, namespace: shop.scene.namespace, .merge(change))
            try await eventually(within: .seconds(60), "\(kind) \(object.name) as it was") {
                guard let present = try await shop.scene.object(kind, object.name) else { return false }
                return present.json[path: path] == before
                    && present.resourceVersion != object.resourceVersion
            }
            try await shop.waitUntilReady()
        }

        private static func child(_ kind: ResourceKind, _ shop: RunningShop) async throws -> UntypedObject? {
            let objects = try await shop.client.listAll(
                kind, namespace: shop.scene.namespace, options: ListOptions(labelSelector: Labels.selector)
            ).items
            return objects.first { $0.name.hasPrefix("acme-order") } ?? objects.first
        }

        /// A harmful change of each kind, and where to see it.
        private static let damage: [ResourceKind: (JSONValue, [String])] = [
            .deployment: (["spec": ["progressDeadlineSeconds": 7]], ["spec", "progressDeadlineSeconds"]),
            .ingress: (["spec": ["rules": [["host": "evil.example.com"]]]], ["spec", "rules"]),
            .service: (["spec": ["selector": ["app.kubernetes.io/name": "evil"]]], ["spec", "selector"]),
            .serviceAccount: (["automountServiceAccountToken": true], ["automountServiceAccountToken"]),
            .horizontalPodAutoscaler: (["spec": ["maxReplicas": 77]], ["spec", "maxReplicas"]),
            .podDisruptionBudget: (["spec": ["maxUnavailable": 5]], ["spec", "maxUnavailable"]),
            .networkPolicy: (["spec": ["egress": .null]], ["spec", "egress"]),
            .secret: (["data": ["host": "ZXZpbA=="]], ["data", "host"]),
            .configMap: (["data": ["config.json": "{}"]], ["data", "config.json"]),
        ]

        @Test("rolls exactly the service that a change of the spec is about")
        func oneService() async throws {
            let shop = try currentShop()
            try await shop.waitUntilQuiet()
            let before = try await Self.generations(shop)
            try await shop.scene.patch(["services": ["payment": ["podAnnotations": ["test/roll": "1"]]]])
            try await eventually(within: .seconds(60), "the payment service's change") {
                try await Self.generations(shop)["acme-payment"] != before["acme-payment"]
            }
            try await shop.waitUntilQuiet()
            var after = try await Self.generations(shop)
            #expect(after["acme-payment"] == before["acme-payment"].map { $0 + 1 })
            after["acme-payment"] = before["acme-payment"]
            #expect(after == before)
        }

        private static func generations(_ shop: RunningShop) async throws -> [String: Int64] {
            let deployments = try await shop.client.listAll(.deployment, namespace: shop.scene.namespace).items
            return Dictionary(uniqueKeysWithValues: deployments.map { ($0.name, $0.generation) })
        }

        @Test("comes out as its spec says when the operator is killed while it changes it")
        func killed() async throws {
            let shop = try currentShop()
            try await shop.waitUntilQuiet()
            for round in 1...3 {
                let writes = shop.proxy.writes
                try await shop.scene.patch(["logLevel": .string(round.isMultiple(of: 2) ? "Info" : "Debug")])
                try await eventually(within: .seconds(30), "the first writes") { shop.proxy.writes > writes }
                shop.process.kill()
                try shop.process.start()
            }
            try await shop.waitUntilQuiet()
            for service in ServiceName.allCases {
                let text = try await shop.scene.object(.configMap, "acme-\(service.rawValue)")?["data", "config.json"]?
                    .stringValue
                #expect(text?.contains(#""debug""#) == true, "\(service)")
            }
        }

        @Test("keeps its pods when a fixed number of them becomes an autoscaler's")
        func handover() async throws {
            let shop = try currentShop()
            try await shop.scene.patch(["services": ["user": ["autoscaling": ["minReplicas": 2, "maxReplicas": 2]]]])
            try await eventually(within: .seconds(60), "a fixed number") {
                let replicas = try await shop.scene.object(.deployment, "acme-user")?["spec", "replicas"]
                return try await shop.scene.object(.horizontalPodAutoscaler, "acme-user") == nil && replicas == 2
            }
            try await shop.waitUntilReady()
            try await shop.scene.patch(["services": ["user": ["autoscaling": ["minReplicas": 2, "maxReplicas": 4]]]])
            var fewest: Int64 = 2
            try await eventually(within: .seconds(60), "an autoscaler") {
                let deployment = try await shop.scene.object(.deployment, "acme-user")
                fewest = min(fewest, deployment?["spec", "replicas"]?.integerValue ?? 0)
                let managers = deployment?["metadata", "managedFields"]?.arrayValue ?? []
                let ours = managers.first { $0["manager"] == "storefront-operator" && $0["operation"] == "Apply" }
                return try await shop.scene.object(.horizontalPodAutoscaler, "acme-user") != nil
                    && ours?[path: ["fieldsV1", "f:spec", "f:replicas"]] == nil
            }
            #expect(fewest == 2)
            #expect(try await shop.scene.object(.deployment, "acme-user")?["spec", "replicas"] == 2)
            try await shop.scene.patch(["services": ["user": ["autoscaling": ["minReplicas": 1, "maxReplicas": 4]]]])
            try await shop.waitUntilReady()
        }

        @Test("closes when suspended, and opens again")
        func suspended() async throws {
            let shop = try currentShop()
            try await shop.scene.patch(["suspend": true])
            try await eventually(within: .seconds(60), "no pods") {
                let deployments = try await shop.client.listAll(.deployment, namespace: shop.scene.namespace).items
                return deployments.allSatisfy {
                    $0["spec", "replicas"] == 0 && ($0["status", "replicas"]?.integerValue ?? 0) == 0
                }
            }
            #expect(try await shop.scene.condition(.suspended)?.status == .true)
            try await shop.scene.patch(["suspend": false])
            try await shop.waitUntilReady()
        }
    }
}

extension OperatorProcess {
    /// How many passes it has made since it started.
    func reconciles() async throws -> Double {
        guard let metrics = try? await metrics() else { return 0 }
        return metrics.split(separator: "\n").filter { $0.hasPrefix("controller_runtime_reconcile_total") }
            .reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
    }
}
