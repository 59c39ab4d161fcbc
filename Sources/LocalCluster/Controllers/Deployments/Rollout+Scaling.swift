import KubernetesClient

/// How many pods each ReplicaSet has, in a rollout and between rollouts.
extension Rollout {
    mutating func rollingUpdate() {
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
    func newReplicas(now replicas: Int) -> Int {
        if spec.isRecreate || replicas > spec.replicas { return spec.replicas }
        let others = old.reduce(0) { $0 + $1.replicas }
        let room = spec.replicas + spec.maxSurge - others - replicas
        return room <= 0 ? replicas : replicas + min(room, spec.replicas - replicas)
    }

    mutating func scaleDownOld() {
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

    mutating func recreate() {
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

    // MARK: between rollouts

    /// Whether `replicas` was changed since the ReplicaSets were last sized.
    var isScaling: Bool {
        all.contains { set in
            guard set.replicas > 0, let desired = set.desired else { return false }
            return desired != spec.replicas
        }
    }

    mutating func scale() {
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

    mutating func scaleInProportion(_ active: [RolloutReplicaSet]) {
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

    mutating func update(_ name: String, _ change: (inout Rollout, inout RolloutReplicaSet) -> Void) {
        if var set = new, set.name == name {
            change(&self, &set)
            new = set
        } else if let index = old.firstIndex(where: { $0.name == name }) {
            var set = old[index]
            change(&self, &set)
            old[index] = set
        }
    }
}
