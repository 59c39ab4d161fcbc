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
    var new: RolloutReplicaSet?
    var old: [RolloutReplicaSet]
    var conditions: Conditions
    var decision = Decision()

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

    mutating func run() {
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

    func finished() -> Decision {
        var decision = decision
        for set in old + (new.map { [$0] } ?? []) where set.object.resourceVersion != nil {
            if let patch = set.patch { decision.patches[set.name] = patch }
        }
        return decision
    }

    var all: [RolloutReplicaSet] { old + (new.map { [$0] } ?? []) }

    // MARK: the new ReplicaSet and its revision

    mutating func prepareNew(create: Bool) {
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

    func takeOverAnnotations(_ set: inout RolloutReplicaSet, revision: Int) {
        typealias Annotation = RolloutReplicaSet.Annotation
        for (key, value) in deployment.annotations where !Annotation.own.contains(key) { set.annotations[key] = value }
        guard set.revision < revision else { return }
        if let before = set.annotations[Annotation.revision] {
            let history = set.annotations[Annotation.history].map { "\($0),\(before)" }
            set.annotations[Annotation.history] = history ?? before
        }
        set.annotations[Annotation.revision] = String(revision)
    }

    func newReplicaSet(revision: Int) -> RolloutReplicaSet {
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

    func noteSize(_ set: inout RolloutReplicaSet) {
        set.annotations[RolloutReplicaSet.Annotation.desired] = String(spec.replicas)
        set.annotations[RolloutReplicaSet.Annotation.maximum] = String(spec.replicas + spec.maxSurge)
    }

    mutating func resize(_ set: inout RolloutReplicaSet, to replicas: Int) {
        if replicas != set.replicas { tellScaling(of: set, from: set.replicas, to: replicas) }
        set.replicas = replicas
        noteSize(&set)
    }

    mutating func tellScaling(of set: RolloutReplicaSet, from: Int, to: Int) {
        decision.events.append(
            Event(
                reason: "ScalingReplicaSet",
                message: "Scaled \(to > from ? "up" : "down") replica set \(set.name) from \(from) to \(to)"))
    }

    mutating func resizeOld(at index: Int, to replicas: Int) {
        var set = old[index]
        resize(&set, to: replicas)
        old[index] = set
    }
}
