import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct RolloutTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func deployment(
        replicas: Int = 4, image: String = "web:1", strategy: JSONValue? = nil, paused: Bool = false
    ) -> UntypedObject {
        var object = UntypedObject(.deployment, name: "web", namespace: "default")
        object["metadata", "uid"] = "d"
        object["metadata", "generation"] = 1
        object.spec = [
            "replicas": JSONValue(replicas), "selector": ["matchLabels": ["app": "web"]],
            "template": [
                "metadata": ["labels": ["app": "web"]],
                "spec": ["containers": [["name": "web", "image": .string(image)]]],
            ], "paused": .bool(paused),
        ]
        if let strategy { object["spec", "strategy"] = strategy }
        return object
    }

    /// The ReplicaSet that a Deployment's template makes, as it would be some time later.
    func replicaSet(
        _ deployment: UntypedObject, replicas: Int, available: Int? = nil, revision: Int = 1, created: String = "00:00"
    ) -> UntypedObject {
        var set = Rollout.decide(deployment, replicaSets: [], now: now).create ?? deployment
        set.resourceVersion = "1"
        set["metadata", "uid"] = .string(set.name)
        set["metadata", "creationTimestamp"] = .string("2026-01-01T\(created):00Z")
        set["spec", "replicas"] = JSONValue(replicas)
        set["metadata", "annotations", "deployment.kubernetes.io/revision"] = .string("\(revision)")
        let count = JSONValue(available ?? replicas)
        set.status = [
            "replicas": JSONValue(replicas), "readyReplicas": count, "availableReplicas": count,
            "observedGeneration": 0,
        ]
        return set
    }

    func sizes(_ decision: Rollout.Decision) -> [String: Int] {
        decision.patches.compactMapValues { $0[path: ["spec", "replicas"]]?.intValue }
    }

    @Test func aFirstRolloutMakesOneFullReplicaSetWithHashLabelsAndRevision() throws {
        let set = try #require(Rollout.decide(deployment(), replicaSets: [], now: now).create)
        let hash = try #require(set.labels["pod-template-hash"])
        #expect(set.name == "web-\(hash)")
        #expect(set["spec", "replicas"] == 4)
        #expect(set["spec", "selector", "matchLabels", "pod-template-hash"]?.stringValue == hash)
        #expect(
            set.annotations == [
                "deployment.kubernetes.io/desired-replicas": "4", "deployment.kubernetes.io/max-replicas": "5",
                "deployment.kubernetes.io/revision": "1",
            ])
        #expect(set.ownerReferences.first?.uid == "d")
    }

    @Test func aNewTemplateBeginsWithTheSurgeOnly() throws {
        let old = replicaSet(deployment(), replicas: 4)
        let decision = Rollout.decide(deployment(image: "web:2"), replicaSets: [old], now: now)
        let new = try #require(decision.create)
        #expect(new["spec", "replicas"] == 1, "25 % of four")
        #expect(new.annotations["deployment.kubernetes.io/revision"] == "2")
        #expect(decision.annotations["deployment.kubernetes.io/revision"] == "2")
        #expect(sizes(decision).isEmpty, "old pods stay until new ones serve")
    }

    @Test func oldPodsGoOnlyAsFarAsEnoughStayAvailable() {
        let old = replicaSet(deployment(), replicas: 4)
        let changed = deployment(image: "web:2")
        // 25 % of four may be unavailable, the new pod is not available yet.
        let waiting = replicaSet(changed, replicas: 1, available: 0, revision: 2, created: "00:05")
        #expect(sizes(Rollout.decide(changed, replicaSets: [old, waiting], now: now)) == [old.name: 3])
        let serving = replicaSet(changed, replicas: 1, available: 1, revision: 2, created: "00:05")
        #expect(sizes(Rollout.decide(changed, replicaSets: [old, serving], now: now)) == [old.name: 2])
    }

    @Test(arguments: [("0", "1", 3), ("1", "0", 4), ("0", "0", 3)])
    func aRolloutRunsToItsEndWithinItsBounds(surge: String, unavailable: String, floor: Int) throws {
        let strategy: JSONValue = [
            "type": "RollingUpdate",
            "rollingUpdate": [
                "maxSurge": JSONValue(Int(surge) ?? 0), "maxUnavailable": JSONValue(Int(unavailable) ?? 0),
            ],
        ]
        var changed = deployment(image: "web:2", strategy: strategy)
        var sets = [replicaSet(deployment(strategy: strategy), replicas: 4)]
        var passes = 0
        while passes < 40 {
            passes += 1
            let decision = Rollout.decide(changed, replicaSets: sets, now: now)
            if var created = decision.create {
                created.resourceVersion = "1"
                created["metadata", "creationTimestamp"] = "2026-01-01T00:05:00Z"
                sets.append(created)
            }
            for index in sets.indices {
                if let patch = decision.patches[sets[index].name] {
                    if let size = patch[path: ["spec", "replicas"]] { sets[index]["spec", "replicas"] = size }
                    if let notes = patch[path: ["metadata", "annotations"]]?.stringMapValue {
                        sets[index].annotations = notes
                    }
                }
                // Every pod asked for becomes available before the next pass.
                let size = sets[index]["spec", "replicas"] ?? 0
                sets[index].status = ["replicas": size, "readyReplicas": size, "availableReplicas": size]
            }
            if let status = decision.status { changed.status = status }
            let total = sets.reduce(0) { $0 + ($1["spec", "replicas"]?.intValue ?? 0) }
            #expect(total <= 4 + (Int(surge) ?? 0))
            #expect(total >= floor)
            if decision.create == nil && decision.patches.isEmpty && decision.status == nil { break }
        }
        #expect(sets.map { $0["spec", "replicas"]?.intValue } == [0, 4])
        #expect(changed.condition("Progressing")?["reason"] == "NewReplicaSetAvailable")
        #expect(changed.status?["updatedReplicas"] == 4)
        let settled = Rollout.decide(changed, replicaSets: sets, now: now + .seconds(3600))
        #expect(settled == Rollout.Decision(annotations: settled.annotations), "nothing is written at rest")
    }

    @Test func recreateWaitsUntilTheLastOldPodHasStopped() throws {
        let strategy: JSONValue = ["type": "Recreate"]
        let changed = deployment(image: "web:2", strategy: strategy)
        var old = replicaSet(deployment(strategy: strategy), replicas: 4)
        #expect(sizes(Rollout.decide(changed, replicaSets: [old], now: now)) == [old.name: 0])
        old["spec", "replicas"] = 0
        #expect(Rollout.decide(changed, replicaSets: [old], hasOldPods: { _ in true }, now: now).create == nil)
        let decision = Rollout.decide(changed, replicaSets: [old], hasOldPods: { _ in false }, now: now)
        #expect(decision.create?["spec", "replicas"] == 4)
    }

    @Test func aPausedDeploymentScalesButDoesNotRoll() {
        let set = replicaSet(deployment(), replicas: 4)
        let decision = Rollout.decide(
            deployment(replicas: 6, image: "web:2", paused: true), replicaSets: [set], now: now)
        #expect(decision.create == nil)
        #expect(sizes(decision) == [set.name: 6])
    }

    @Test func scalingDuringARolloutKeepsTheProportion() {
        let changed = deployment(replicas: 8, image: "web:2")
        let old = replicaSet(deployment(), replicas: 3)
        let new = replicaSet(deployment(image: "web:2"), replicas: 2, revision: 2, created: "00:05")
        let sizes = sizes(Rollout.decide(changed, replicaSets: [old, new], now: now))
        #expect(sizes == [old.name: 6, new.name: 4], "ten pods may be, two fifths of them new")
    }

    @Test func aTemplateThatReturnsTakesTheNextRevisionAndRemembersItsOwn() throws {
        let first = replicaSet(deployment(), replicas: 0, revision: 1)
        let second = replicaSet(deployment(image: "web:2"), replicas: 4, revision: 2, created: "00:05")
        let decision = Rollout.decide(deployment(), replicaSets: [first, second], now: now)
        let notes = decision.patches[first.name]?[path: ["metadata", "annotations"]]?.stringMapValue
        #expect(notes?["deployment.kubernetes.io/revision"] == "3")
        #expect(notes?["deployment.kubernetes.io/revision-history"] == "1")
        #expect(decision.create == nil)
    }

    @Test func onlyTheLimitOfOldRevisionsIsKept() {
        var current = deployment(image: "web:9")
        current["spec", "revisionHistoryLimit"] = 1
        let old = (1...3).map { replicaSet(deployment(image: "web:\($0)"), replicas: 0, revision: $0) }
        let new = replicaSet(current, replicas: 4, revision: 9, created: "00:05")
        let decision = Rollout.decide(current, replicaSets: old + [new], now: now)
        #expect(Set(decision.delete) == Set(old.prefix(2).map(\.name)))
    }

    @Test func aRolloutWithoutProgressMissesItsDeadline() throws {
        var stuck = deployment(image: "web:2")
        stuck["spec", "progressDeadlineSeconds"] = 60
        let old = replicaSet(deployment(), replicas: 3)
        let new = replicaSet(stuck, replicas: 2, available: 0, revision: 2, created: "00:05")
        let first = Rollout.decide(stuck, replicaSets: [old, new], now: now)
        stuck.status = first.status
        let second = Rollout.decide(stuck, replicaSets: [old, new], now: now + .seconds(30))
        #expect(second.requeue == .seconds(31))
        let third = Rollout.decide(stuck, replicaSets: [old, new], now: now + .seconds(60))
        let status = try #require(third.status)
        let condition = status["conditions"]?.arrayValue?.first { $0["type"] == "Progressing" }
        #expect(condition?["reason"] == "ProgressDeadlineExceeded")
        #expect(condition?["status"] == "False")
    }

    @Test func whatAloneChangedOnTheDeploymentIsHandedToItsReplicaSet() {
        let set = replicaSet(deployment(), replicas: 4)
        var patient = deployment()
        patient["spec", "minReadySeconds"] = 30
        patient.annotations = ["kubernetes.io/change-cause": "care"]
        let patch = Rollout.decide(patient, replicaSets: [set], now: now).patches[set.name]
        #expect(patch?[path: ["spec", "minReadySeconds"]] == 30)
        let notes = patch?[path: ["metadata", "annotations"]]?.stringMapValue
        #expect(notes?["kubernetes.io/change-cause"] == "care")
    }

    @Test func aReplicaSetThatHasNotReportedItsScalingIsNotScaledAgain() {
        let strategy: JSONValue = [
            "type": "RollingUpdate", "rollingUpdate": ["maxSurge": 3, "maxUnavailable": 2],
        ]
        let changed = deployment(replicas: 5, image: "web:2", strategy: strategy)
        let new = replicaSet(changed, replicas: 5, available: 0, revision: 2, created: "00:05")
        let stale = replicaSet(deployment(replicas: 5, strategy: strategy), replicas: 3, available: 8)
        #expect(sizes(Rollout.decide(changed, replicaSets: [stale, new], now: now)).isEmpty)
    }

    @Test func scalingIsToldWhereThereIsSomethingToScale() throws {
        let none: JSONValue = ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 0, "maxUnavailable": 1]]
        let old = replicaSet(deployment(strategy: none), replicas: 4)
        #expect(Rollout.decide(deployment(image: "web:2", strategy: none), replicaSets: [old], now: now).events.isEmpty)
        let first = Rollout.decide(deployment(strategy: ["type": "Recreate"]), replicaSets: [], now: now)
        let name = try #require(first.create?.name)
        #expect(first.events.map(\.message) == ["Scaled up replica set \(name) from 0 to 4"])
    }

    @Test func aPauseIsToldUnlessTheRolloutIsStuck() {
        func paused(after reason: String) -> String? {
            var object = deployment(paused: true)
            object.status = [
                "conditions": [["type": "Progressing", "status": "True", "reason": .string(reason), "message": ""]]
            ]
            let set = replicaSet(deployment(), replicas: 4)
            object.status = Rollout.decide(object, replicaSets: [set], now: now).status ?? object.status
            return object.condition("Progressing")?["reason"]?.stringValue
        }
        #expect(paused(after: "NewReplicaSetAvailable") == "DeploymentPaused")
        #expect(paused(after: "ReplicaSetUpdated") == "DeploymentPaused")
        #expect(paused(after: "ProgressDeadlineExceeded") == "ProgressDeadlineExceeded")
    }

    @Test func whatItsReplicaSetsSufferIsTold() throws {
        var set = replicaSet(deployment(), replicas: 4, available: 0)
        set["status", "terminatingReplicas"] = 2
        set["status", "conditions"] = [
            ["type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "forbidden"]
        ]
        var object = deployment()
        object.status = Rollout.decide(object, replicaSets: [set], now: now).status
        #expect(object.condition("ReplicaFailure")?["message"] == "forbidden")
        #expect(object.status?["terminatingReplicas"] == 2)
        set["status", "conditions"] = nil
        let healed = try #require(Rollout.decide(object, replicaSets: [set], now: now).status)
        #expect(healed["conditions"]?.arrayValue?.contains { $0["type"] == "ReplicaFailure" } == false)
    }
}
