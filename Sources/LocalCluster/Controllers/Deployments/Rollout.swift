import KubernetesClient

/// One pass of the Deployment controller as a value: from the Deployment and its ReplicaSets to what is to be written.
///
/// Follows Kubernetes' pkg/controller/deployment (rolling.go, recreate.go, sync.go); each pass makes the steps that
/// are possible with what is observed, and the changes they cause bring the next.
struct Rollout {
    /// What to write, in this order.
    struct Decision: Equatable {
        var create: UntypedObject?
        /// Merge patches of ReplicaSets by name.
        var patches: [String: JSONValue] = [:]
        var delete: [String] = []
        /// Annotations to change on the Deployment itself.
        var annotations: [String: String] = [:]
        var status: JSONValue?
        /// When to look again though nothing changes.
        var requeue: Duration?
        var events: [Event] = []
    }

    struct Event: Equatable {
        var reason: String
        var message: String
    }

    let deployment: UntypedObject
    let spec: DeploymentSpec
    let now: Timestamp
    /// Whether pods of old ReplicaSets still run, which a Recreate waits for.
    let hasOldPods: Bool
    private var new: RolloutReplicaSet?
    private var old: [RolloutReplicaSet]
    private var conditions: Conditions
    private var decision = Decision()

    init(
        _ deployment: UntypedObject, replicaSets: [UntypedObject], hasOldPods: (UntypedObject?) -> Bool, now: Timestamp
    ) {
        self.deployment = deployment
        self.now = now
        let spec = DeploymentSpec(deployment)
        self.spec = spec
        let sets = replicaSets.map(RolloutReplicaSet.init).sorted(by: RolloutReplicaSet.isOlder)
        let new = sets.first { PodTemplateHash.matches($0.object, spec.template) }
        self.new = new
        old = sets.filter { $0.name != new?.name }
        self.hasOldPods = hasOldPods(new?.object)
        conditions = Conditions(deployment, now: now)
    }

    /// - Parameter hasOldPods: whether a pod of another than the given ReplicaSet has not stopped.
    static func decide(
        _ deployment: UntypedObject, replicaSets: [UntypedObject],
        hasOldPods: (UntypedObject?) -> Bool = { _ in false }, now: Timestamp
    ) -> Decision {
        var rollout = Rollout(deployment, replicaSets: replicaSets, hasOldPods: hasOldPods, now: now)
        rollout.run()
        return rollout.finished()
    }

    private mutating func run() {
        guard !deployment.isBeingDeleted else { return writeStatus() }
        notePause()
        if spec.isPaused || isScaling {
            prepareNew(create: false)
            scale()
            if spec.isPaused { cleanUp() }
            return writeStatus()
        }
        if spec.isRecreate { recreate() } else { rollingUpdate() }
        if isComplete { cleanUp() }
        writeProgress()
    }

    private func finished() -> Decision {
        var decision = decision
        for set in old + (new.map { [$0] } ?? []) where set.object.resourceVersion != nil {
            if let patch = set.patch { decision.patches[set.name] = patch }
        }
        return decision
    }

    private var all: [RolloutReplicaSet] { old + (new.map { [$0] } ?? []) }

    // MARK: the new ReplicaSet and its revision

    private mutating func prepareNew(create: Bool) {
        let revision = (old.map(\.revision).max() ?? 0) + 1
        if var set = new {
            takeOverAnnotations(&set, revision: revision)
            set.minReadySeconds = spec.minReadySeconds
            new = set
            if conditions["Progressing"] == nil, spec.progressDeadlineSeconds != nil {
                progressing("True", "FoundNewReplicaSet", "Found new replica set \"\(set.name)\"")
            }
        } else if create {
            let set = newReplicaSet(revision: revision)
            decision.create = set.object
            new = set
            if set.replicas > 0 { tellScaling(of: set, from: 0, to: set.replicas) }
            if spec.progressDeadlineSeconds != nil {
                progressing("True", "NewReplicaSetCreated", "Created new replica set \"\(set.name)\"")
            }
        }
        if let revision = new?.annotations[RolloutReplicaSet.Annotation.revision],
            deployment.annotations[RolloutReplicaSet.Annotation.revision] != revision
        {
            decision.annotations[RolloutReplicaSet.Annotation.revision] = revision
        }
    }

    private func takeOverAnnotations(_ set: inout RolloutReplicaSet, revision: Int) {
        typealias Annotation = RolloutReplicaSet.Annotation
        for (key, value) in deployment.annotations where !Annotation.own.contains(key) { set.annotations[key] = value }
        guard set.revision < revision else { return }
        if let before = set.annotations[Annotation.revision] {
            let history = set.annotations[Annotation.history].map { "\($0),\(before)" }
            set.annotations[Annotation.history] = history ?? before
        }
        set.annotations[Annotation.revision] = String(revision)
    }

    private func newReplicaSet(revision: Int) -> RolloutReplicaSet {
        let hash = PodTemplateHash.hash(spec.template, collisions: deployment.count("status", "collisionCount"))
        var object = UntypedObject(
            .replicaSet, name: "\(deployment.name)-\(hash)", namespace: deployment.namespace)
        var template = spec.template
        template[path: ["metadata", "labels", PodTemplateHash.label]] = .string(hash)
        object.labels = template[path: ["metadata", "labels"]]?.stringMapValue ?? [:]
        object.ownerReferences = [OwnerReference(controlledBy: deployment)]
        var selector = spec.selector
        selector[path: ["matchLabels", PodTemplateHash.label]] = .string(hash)
        object.spec = ["selector": selector, "template": template]
        if spec.minReadySeconds > 0 { object["spec", "minReadySeconds"] = JSONValue(spec.minReadySeconds) }
        var set = RolloutReplicaSet(object)
        set.replicas = 0
        takeOverAnnotations(&set, revision: revision)
        set.replicas = newReplicas(now: 0)
        noteSize(&set)
        object["spec", "replicas"] = JSONValue(set.replicas)
        object.annotations = set.annotations
        var made = RolloutReplicaSet(object)
        made.replicas = set.replicas
        return made
    }

    private func noteSize(_ set: inout RolloutReplicaSet) {
        set.annotations[RolloutReplicaSet.Annotation.desired] = String(spec.replicas)
        set.annotations[RolloutReplicaSet.Annotation.maximum] = String(spec.replicas + spec.maxSurge)
    }

    private mutating func resize(_ set: inout RolloutReplicaSet, to replicas: Int) {
        if replicas != set.replicas { tellScaling(of: set, from: set.replicas, to: replicas) }
        set.replicas = replicas
        noteSize(&set)
    }

    private mutating func tellScaling(of set: RolloutReplicaSet, from: Int, to: Int) {
        decision.events.append(
            Event(
                reason: "ScalingReplicaSet",
                message: "Scaled \(to > from ? "up" : "down") replica set \(set.name) from \(from) to \(to)"))
    }

    private mutating func resizeOld(at index: Int, to replicas: Int) {
        var set = old[index]
        resize(&set, to: replicas)
        old[index] = set
    }

    // MARK: strategies

    private mutating func rollingUpdate() {
        prepareNew(create: true)
        guard var set = new, decision.create == nil else { return }
        if set.replicas != spec.replicas {
            let wanted = newReplicas(now: set.replicas)
            if wanted != set.replicas {
                resize(&set, to: wanted)
                new = set
                return
            }
        }
        scaleDownOld()
    }

    /// How many pods the new ReplicaSet may have, surge considered.
    private func newReplicas(now replicas: Int) -> Int {
        if spec.isRecreate || replicas > spec.replicas { return spec.replicas }
        let others = old.reduce(0) { $0 + $1.replicas }
        let room = spec.replicas + spec.maxSurge - others - replicas
        return room <= 0 ? replicas : replicas + min(room, spec.replicas - replicas)
    }

    private mutating func scaleDownOld() {
        guard let new, old.contains(where: { $0.replicas > 0 }) else { return }
        let minimum = spec.replicas - spec.maxUnavailable
        var room = all.reduce(0) { $0 + $1.replicas } - minimum - (new.replicas - new.available)
        guard room > 0 else { return }
        // A ReplicaSet that has not yet reported its last scaling says nothing about its pods.
        guard old.allSatisfy({ $0.replicas >= $0.available || $0.replicas == 0 }) else { return }
        // Pods that serve nobody go first.
        for index in old.indices where room > 0 && old[index].replicas > old[index].available {
            let count = min(room, old[index].replicas - old[index].available)
            room -= count
            resizeOld(at: index, to: old[index].replicas - count)
        }
        var spare = all.reduce(0) { $0 + $1.available } - minimum
        for index in old.indices where spare > 0 && old[index].replicas > 0 {
            let count = min(spare, old[index].replicas)
            spare -= count
            resizeOld(at: index, to: old[index].replicas - count)
        }
    }

    private mutating func recreate() {
        prepareNew(create: false)
        let active = old.indices.filter { old[$0].replicas > 0 }
        for index in active { resizeOld(at: index, to: 0) }
        guard active.isEmpty, !hasOldPods else { return }
        if new == nil { return prepareNew(create: true) }
        if var set = new, set.replicas != spec.replicas {
            resize(&set, to: spec.replicas)
            new = set
        }
    }

    // MARK: scaling between rollouts

    /// Whether `replicas` was changed since the ReplicaSets were last sized.
    private var isScaling: Bool {
        all.contains { set in
            guard set.replicas > 0, let desired = set.desired else { return false }
            return desired != spec.replicas
        }
    }

    private mutating func scale() {
        let active = all.filter { $0.replicas > 0 }
        if active.count <= 1 {
            guard let only = active.first ?? new ?? old.last else { return }
            return update(only.name) { rollout, set in rollout.resize(&set, to: rollout.spec.replicas) }
        }
        if let new, new.replicas == spec.replicas, new.available == spec.replicas, new.desired == spec.replicas {
            for set in old where set.replicas > 0 { update(set.name) { $0.resize(&$1, to: 0) } }
            return
        }
        guard !spec.isRecreate else { return }
        scaleInProportion(active)
    }

    private mutating func scaleInProportion(_ active: [RolloutReplicaSet]) {
        let toAdd = spec.maximumPods - active.reduce(0) { $0 + $1.replicas }
        let sets = active.sorted {
            $0.replicas != $1.replicas
                ? $0.replicas > $1.replicas
                : (toAdd > 0 ? RolloutReplicaSet.isOlder($1, $0) : RolloutReplicaSet.isOlder($0, $1))
        }
        var added = 0
        var sizes: [(name: String, replicas: Int)] = []
        for set in sets {
            var fraction = -set.replicas
            if spec.replicas > 0 {
                let before = set.annotations[RolloutReplicaSet.Annotation.maximum].flatMap(Int.init)
                let base = max(before ?? deployment.count("status", "replicas"), 1)
                fraction = (2 * set.replicas * (spec.replicas + spec.maxSurge) + base) / (2 * base) - set.replicas
            }
            let left = toAdd - added
            let share = left == 0 ? 0 : toAdd > 0 ? min(fraction, left) : max(fraction, left)
            added += share
            sizes.append((set.name, set.replicas + share))
        }
        for (index, size) in sizes.enumerated() {
            let replicas = max(0, size.replicas + (index == 0 ? toAdd - added : 0))
            update(size.name) { $0.resize(&$1, to: replicas) }
        }
    }

    private mutating func update(_ name: String, _ change: (inout Rollout, inout RolloutReplicaSet) -> Void) {
        if var set = new, set.name == name {
            change(&self, &set)
            new = set
        } else if let index = old.firstIndex(where: { $0.name == name }) {
            var set = old[index]
            change(&self, &set)
            old[index] = set
        }
    }

    // MARK: history, status

    private mutating func cleanUp() {
        let history = old.filter { !$0.object.isBeingDeleted }.sorted {
            $0.revision != $1.revision ? $0.revision < $1.revision : RolloutReplicaSet.isOlder($0, $1)
        }
        let surplus = history.prefix(max(0, history.count - spec.revisionHistoryLimit))
        decision.delete = surplus.filter {
            $0.replicas == 0 && $0.current == 0
                && $0.object.count("status", "observedGeneration") >= Int($0.object.generation)
        }.map(\.name)
    }

    private var counts: [String: Int] {
        let current = all.reduce(0) { $0 + $1.current }
        let available = all.reduce(0) { $0 + $1.available }
        let total = all.filter { $0.object.resourceVersion != nil }.reduce(0) { $0 + $1.replicas }
        return [
            "replicas": current, "updatedReplicas": new?.current ?? 0,
            "readyReplicas": all.reduce(0) { $0 + $1.ready }, "availableReplicas": available,
            "unavailableReplicas": max(0, total - available),
        ]
    }

    /// Every pod is of the new template and available, and no other is left.
    private var isComplete: Bool {
        let counts = counts
        return counts["updatedReplicas"] == spec.replicas && counts["replicas"] == spec.replicas
            && counts["availableReplicas"] == spec.replicas && old.allSatisfy { $0.replicas == 0 }
    }

    private mutating func progressing(_ status: String, _ reason: String, _ message: String, refresh: Bool = false) {
        conditions.set(
            "Progressing", status, reason: reason, message: message, stamps: ["lastUpdateTime"], refresh: refresh)
    }

    private mutating func notePause() {
        guard spec.progressDeadlineSeconds != nil else { return }
        let reason = conditions.reason("Progressing")
        // That it was stuck stays known.
        if reason == "ProgressDeadlineExceeded" { return }
        if spec.isPaused, reason != "DeploymentPaused" {
            progressing("Unknown", "DeploymentPaused", "Deployment is paused")
        } else if !spec.isPaused, reason == "DeploymentPaused" {
            progressing("Unknown", "DeploymentResumed", "Deployment is resumed")
        }
    }

    private mutating func writeProgress() {
        guard let deadline = spec.progressDeadlineSeconds else {
            conditions.remove("Progressing")
            return writeStatus()
        }
        let subject = new.map { "ReplicaSet \"\($0.name)\"" } ?? "Deployment \"\(deployment.name)\""
        let wasComplete =
            conditions.reason("Progressing") == "NewReplicaSetAvailable"
            && counts["replicas"] == counts["updatedReplicas"]
        if !wasComplete {
            if isComplete {
                progressing("True", "NewReplicaSetAvailable", "\(subject) has successfully progressed.")
            } else if hasProgressed {
                progressing("True", "ReplicaSetUpdated", "\(subject) is progressing.", refresh: true)
            } else if let since = conditions.time("Progressing", "lastUpdateTime"),
                conditions.reason("Progressing") != "NewReplicaSetAvailable"
            {
                let left = since + .seconds(deadline) - now
                if left <= .zero {
                    progressing("False", "ProgressDeadlineExceeded", "\(subject) has timed out progressing.")
                } else {
                    decision.requeue = left + .seconds(1)
                }
            }
        }
        noteFailure()
        writeStatus()
    }

    /// What keeps the ReplicaSets from making pods is told here too, the new one's first.
    private mutating func noteFailure() {
        let failures = ((new.map { [$0] } ?? []) + old).compactMap { $0.object.condition("ReplicaFailure") }
        guard let failure = failures.first, let reason = failure["reason"]?.stringValue else {
            return conditions.remove("ReplicaFailure")
        }
        guard conditions.reason("ReplicaFailure") != reason else { return }
        conditions.set(
            "ReplicaFailure", failure["status"]?.stringValue ?? "True", reason: reason,
            message: failure["message"]?.stringValue ?? "", stamps: ["lastUpdateTime"])
    }

    private var hasProgressed: Bool {
        let counts = counts
        func before(_ field: String) -> Int { deployment.count("status", field) }
        func now(_ field: String) -> Int { counts[field] ?? 0 }
        return now("updatedReplicas") > before("updatedReplicas")
            || now("replicas") - now("updatedReplicas") < before("replicas") - before("updatedReplicas")
            || now("readyReplicas") > before("readyReplicas") || now("availableReplicas") > before("availableReplicas")
    }

    private mutating func writeStatus() {
        let counts = counts
        if (counts["availableReplicas"] ?? 0) >= spec.replicas - spec.maxUnavailable {
            conditions.set(
                "Available", "True", reason: "MinimumReplicasAvailable",
                message: "Deployment has minimum availability.", stamps: ["lastUpdateTime"])
        } else {
            conditions.set(
                "Available", "False", reason: "MinimumReplicasUnavailable",
                message: "Deployment does not have minimum availability.", stamps: ["lastUpdateTime"])
        }
        var status = JSONValue(counts: counts)
        status["observedGeneration"] = JSONValue(deployment.generation)
        status["terminatingReplicas"] = JSONValue(
            all.reduce(0) { $0 + $1.object.count("status", "terminatingReplicas") })
        if let collisions = deployment["status", "collisionCount"] { status["collisionCount"] = collisions }
        status["conditions"] = .array(conditions.entries)
        if status != deployment.status { decision.status = status }
    }
}
