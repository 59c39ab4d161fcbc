import KubernetesClient
import Testing

/// The controllers against the real API server.
@Suite(.serialized) struct ControllerTests {
    func deployment(_ name: String, replicas: Int, image: String = "web:1") -> UntypedObject {
        var object = UntypedObject(.deployment, name: name, namespace: "default")
        object.spec = [
            "replicas": JSONValue(replicas), "selector": ["matchLabels": ["app": .string(name)]],
            "template": [
                "metadata": ["labels": ["app": .string(name)]],
                "spec": ["containers": [["name": "web", "image": .string(image), "ports": [["containerPort": 80]]]]],
            ],
        ]
        return object
    }

    @Test func aDeploymentRollsOutRollsOverAndGoes() async throws {
        try await ClusterUnderTest.run { cluster in
            let client = cluster.client
            var service = UntypedObject(.service, name: "web", namespace: "default")
            service.spec = ["selector": ["app": "web"], "ports": [["port": 80]]]
            try await client.create(.service, service)
            try await client.create(.deployment, deployment("web", replicas: 3))
            try await cluster.eventually("three pods are ready and available") {
                try await cluster.playNode("app=web")
                return try await client.get(.deployment, "web", namespace: "default")["status", "availableReplicas"]
                    == 3
            }
            #expect(try await cluster.pods("app=web").count == 3)
            try await cluster.eventually("the Service's slice has them") {
                let slices = try await client.listAll(
                    .endpointSlice, namespace: "default",
                    options: ListOptions(labelSelector: "kubernetes.io/service-name=web"))
                let ready = slices.items.flatMap { $0.json["endpoints"]?.arrayValue ?? [] }
                    .filter { $0[path: ["conditions", "ready"]] == true }
                return ready.count == 3
            }
            try await client.patch(
                .deployment, "web", namespace: "default",
                .strategicMerge(["spec": ["template": ["spec": ["containers": [["name": "web", "image": "web:2"]]]]]]))
            try await cluster.eventually("the new template has replaced the old") {
                try await cluster.playNode("app=web")
                let deployment = try await client.get(.deployment, "web", namespace: "default")
                #expect((deployment["status", "availableReplicas"]?.intValue ?? 0) >= 3)
                return deployment["status", "updatedReplicas"] == 3 && deployment["status", "replicas"] == 3
                    && deployment["status", "observedGeneration"] == 2
            }
            let images = Set(try await cluster.pods("app=web").map { $0["spec", "containers"]?[0]?["image"] })
            #expect(images == ["web:2"])
            try await client.delete(
                .deployment, "web", namespace: "default", options: DeleteOptions(propagation: .background))
            try await cluster.eventually("its ReplicaSets and pods are collected") {
                try await cluster.playNode("app=web")
                let sets = try await client.listAll(.replicaSet, namespace: "default").items
                let pods = try await cluster.pods("app=web")
                return sets.isEmpty && pods.isEmpty
            }
        }
    }

    @Test func anAutoscalerWhoseTargetIsMissingSaysSoOnceAndScalesItWhenItComes() async throws {
        try await ClusterUnderTest.run { cluster in
            let client = cluster.client
            var autoscaler = UntypedObject(.horizontalPodAutoscaler, name: "late", namespace: "default")
            autoscaler.spec = [
                "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "late"], "minReplicas": 2,
                "maxReplicas": 3,
            ]
            try await client.create(.horizontalPodAutoscaler, autoscaler)
            func ableToScale() async throws -> JSONValue? {
                let autoscaler = try await client.get(.horizontalPodAutoscaler, "late", namespace: "default")
                return autoscaler["status", "conditions"]?.arrayValue?.first { $0["type"] == "AbleToScale" }
            }
            let missing = "unable to get the target's current scale: deployments.apps \"late\" not found"
            try await cluster.eventually("it says that the Deployment is missing") {
                try await ableToScale()?["message"]?.stringValue?.hasSuffix(missing) == true
            }
            // Past the second look, which asks nobody.
            try await Task.sleep(for: .seconds(17))
            #expect(try await ableToScale()?["message"]?.stringValue?.hasSuffix(missing) == true)
            let events = try await client.listAll(.event, namespace: "default").items
                .filter { $0.json["reason"] == "FailedGetScale" }
            #expect(events.map { $0.json["count"]?.intValue ?? 1 } == [1])
            try await client.create(.deployment, deployment("late", replicas: 1))
            try await cluster.eventually("the Deployment has the least number of replicas", within: .seconds(40)) {
                try await client.get(.deployment, "late", namespace: "default")["spec", "replicas"] == 2
            }
            try await cluster.eventually("it says so") { try await ableToScale()?["status"] == "True" }
        }
    }

    @Test func nothingIsWrittenAtRest() async throws {
        try await ClusterUnderTest.run { cluster in
            let client = cluster.client
            try await client.create(.deployment, deployment("still", replicas: 2))
            try await cluster.eventually("it is rolled out") {
                try await cluster.playNode("app=still")
                let deployment = try await client.get(.deployment, "still", namespace: "default")
                return deployment.untypedReason == "NewReplicaSetAvailable"
            }
            func version() async throws -> String {
                try await client.list(.configMap, namespace: "default").resourceVersion
            }
            var before = try await version()
            try await cluster.eventually("a second goes by without a write") {
                try await Task.sleep(for: .seconds(1))
                let now = try await version()
                defer { before = now }
                return now == before
            }
        }
    }

    @Test func aJobRunsToCompletionAndReplacesAFailedPod() async throws {
        try await ClusterUnderTest.run { cluster in
            let client = cluster.client
            var job = UntypedObject(.job, name: "j", namespace: "default")
            job.spec = [
                "ttlSecondsAfterFinished": 4,
                "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "x"]]]],
            ]
            try await client.create(.job, job)
            try await cluster.eventually("its pod is there") { try await cluster.pods("job-name=j").count == 1 }
            let pod = try await cluster.pods("job-name=j")[0]
            #expect(pod.finalizers == ["batch.kubernetes.io/job-tracking"])
            try await cluster.finish(pod, "Succeeded")
            try await cluster.eventually("it is complete") {
                let job = try await client.find(.job, "j", namespace: "default")
                return job?["status", "succeeded"] == 1
                    && job?["status", "conditions"]?.arrayValue?.contains { $0["type"] == "Complete" } == true
            }
            try await cluster.eventually("it and its pod are gone after their time") {
                let job = try await client.find(.job, "j", namespace: "default")
                let pods = try await cluster.pods("job-name=j")
                return job == nil && pods.isEmpty
            }
        }
    }

    @Test func ofAKindThatIsKeptAndNotRunAnEventSaysSo() async throws {
        try await ClusterUnderTest.run { cluster in
            var set = deployment("kept", replicas: 1)
            set["kind"] = "StatefulSet"
            try await cluster.client.create(.statefulSet, set)
            try await cluster.eventually("its author is told") {
                let events = try await cluster.client.listAll(.event, namespace: "default").items
                return events.contains {
                    $0["reason"] == "NotRun"
                        && $0["message"] == "A local cluster keeps StatefulSets but does not run them"
                }
            }
            #expect(try await cluster.pods("app=kept").isEmpty)
        }
    }

    @Test func anEmptiedNamespaceGoesOnceNothingHoldsIt() async throws {
        try await ClusterUnderTest.run { cluster in
            let client = cluster.client
            try await client.create(.namespace, UntypedObject(.namespace, name: "shop"))
            try await cluster.eventually("it has its ServiceAccount and certificate") {
                let account = try await client.find(.serviceAccount, "default", namespace: "shop")
                let map = try await client.find(.configMap, "kube-root-ca.crt", namespace: "shop")
                return account != nil && map?["data", "ca.crt"]?.stringValue?.contains("BEGIN CERTIFICATE") == true
            }
            var held = UntypedObject(.configMap, name: "held", namespace: "shop")
            held.finalizers = ["example.com/hold"]
            try await client.create(.configMap, held)
            try await client.create(.configMap, UntypedObject(.configMap, name: "plain", namespace: "shop"))
            try await client.delete(.namespace, "shop")
            try await cluster.eventually("what remains is told") {
                let conditions = try await client.get(.namespace, "shop")["status", "conditions"]?.arrayValue ?? []
                return conditions.contains {
                    $0["message"] == "Some resources are remaining: configmaps. has 1 resource instances"
                }
            }
            try await client.patch(
                .configMap, "held", namespace: "shop", .merge(["metadata": ["finalizers": .null]]))
            try await cluster.eventually("the namespace is gone") { try await client.find(.namespace, "shop") == nil }
        }
    }

    @Test func finalizersOfOthersKeepAnEmptyNamespace() async throws {
        try await ClusterUnderTest.run { cluster in
            var namespace = UntypedObject(.namespace, name: "shop")
            namespace["spec", "finalizers"] = ["example.com/hold"]
            try await cluster.client.create(.namespace, namespace)
            try await cluster.client.delete(.namespace, "shop")
            try await cluster.eventually("only the other's finalizer is left") {
                try await cluster.client.get(.namespace, "shop")["spec", "finalizers"] == ["example.com/hold"]
            }
        }
    }

    @Test func deletionInTheForegroundAndOrphaningKeepTheirPromises() async throws {
        try await ClusterUnderTest.run { cluster in
            let client = cluster.client
            func family(_ name: String) async throws {
                let owner = try await client.create(
                    .configMap, UntypedObject(.configMap, name: name, namespace: "default"))
                var child = UntypedObject(.configMap, name: "\(name)-child", namespace: "default")
                child.ownerReferences = [OwnerReference(controlledBy: owner)]
                try await client.create(.configMap, child)
            }
            try await family("fore")
            try await client.delete(
                .configMap, "fore", namespace: "default", options: DeleteOptions(propagation: .foreground))
            try await cluster.eventually("child and owner are gone") {
                let owner = try await client.find(.configMap, "fore", namespace: "default")
                let child = try await client.find(.configMap, "fore-child", namespace: "default")
                if owner == nil { #expect(child == nil) }
                return owner == nil && child == nil
            }
            try await family("orphaned")
            try await client.delete(
                .configMap, "orphaned", namespace: "default", options: DeleteOptions(propagation: .orphan))
            try await cluster.eventually("the owner is gone and the child is free") {
                let child = try await client.get(.configMap, "orphaned-child", namespace: "default")
                let owner = try await client.find(.configMap, "orphaned", namespace: "default")
                return owner == nil && child.ownerReferences.isEmpty
            }
        }
    }

    @Test func anAutoscalerKeepsTheBoundsAndABudgetCountsItsPods() async throws {
        try await ClusterUnderTest.run { cluster in
            let client = cluster.client
            try await client.create(.deployment, deployment("scaled", replicas: 1))
            var autoscaler = UntypedObject(.horizontalPodAutoscaler, name: "scaled", namespace: "default")
            autoscaler.spec = [
                "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "scaled"],
                "minReplicas": 2, "maxReplicas": 3,
            ]
            try await client.create(.horizontalPodAutoscaler, autoscaler)
            var budget = UntypedObject(.podDisruptionBudget, name: "scaled", namespace: "default")
            budget.spec = ["minAvailable": 1, "selector": ["matchLabels": ["app": "scaled"]]]
            try await client.create(.podDisruptionBudget, budget)
            try await cluster.eventually("the minimum is reached and one disruption is allowed") {
                try await cluster.playNode("app=scaled")
                let budget = try await client.get(.podDisruptionBudget, "scaled", namespace: "default")
                return budget["status", "disruptionsAllowed"] == 1 && budget["status", "currentHealthy"] == 2
            }
        }
    }
}

extension UntypedObject {
    var untypedReason: String? {
        self["status", "conditions"]?.arrayValue?.first { $0["type"] == "Progressing" }?["reason"]?.stringValue
    }
}
