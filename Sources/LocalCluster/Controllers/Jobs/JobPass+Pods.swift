import KubernetesClient

/// Which pods a Job needs, and which it has too many of.
extension JobPass {
    mutating func control() {
        if spec.isSuspended { return drop(active) }
        let wanted =
            if let completions = spec.completions {
                max(0, min(spec.parallelism, completions - allSucceeded))
            } else {
                allSucceeded > 0 ? active.count : spec.parallelism
            }
        if active.count > wanted {
            return drop(Array(PodDeletionOrder.sorted(active, now: now).prefix(active.count - wanted)))
        }
        let missing = wanted - active.count - (spec.replacesOnlyFailed ? terminatingCount : 0)
        guard missing > 0 else { return }
        guard pauseLeft <= .zero else { return wake(after: pauseLeft) }
        activeCount += missing
        decision.create = (0..<missing).map { _ in
            UntypedObject(podOf: job, template: spec.template, finalizers: [JobDecision.finalizer])
        }
    }

    mutating func drop(_ pods: [UntypedObject]) {
        decision.drop = pods
        kept.removeAll { pods.contains($0) }
        activeCount = kept.count
    }

    var pauseLeft: Duration {
        let finished = pods.filter { Self.hasSucceeded($0) || hasFailed($0) }
            .map { ($0, $0.podFinishTime) }.sorted { $0.1 < $1.1 }
        let failures = finished.reversed().prefix { hasFailed($0.0) }
        guard let last = failures.first?.1 else { return .zero }
        return last + JobDecision.backoff(failures: failures.count) - now
    }
}
