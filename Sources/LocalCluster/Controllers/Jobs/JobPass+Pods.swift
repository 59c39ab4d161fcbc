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
        let surplus = surplus(active.count - wanted)
        guard surplus.isEmpty else { return drop(surplus) }
        let terminating = spec.replacesOnlyFailed ? terminatingCount : 0
        let missing = wanted - active.count - terminating
        guard missing > 0 else { return }
        if spec.backoffLimitPerIndex == nil, pauseLeft > .zero {
            return wake(after: pauseLeft)
        }
        guard spec.isIndexed else {
            for _ in 0..<missing { make(index: nil) }
            return
        }
        for index in newIndexes(missing) { make(index: index) }
    }

    mutating func drop(_ pods: [UntypedObject]) {
        decision.drop = pods
        kept.removeAll { pods.contains($0) }
        activeCount = kept.count
    }

    /// Pods without a valid index of their own, then as many others as are too many.
    func surplus(_ count: Int) -> [UntypedObject] {
        var left = active
        var surplus: [UntypedObject] = []
        if spec.isIndexed {
            left = []
            for (index, same) in Dictionary(grouping: active, by: index).sorted(by: { $0.key ?? -1 < $1.key ?? -1 }) {
                let sorted = PodDeletionOrder.sorted(same, now: now)
                surplus += index == nil ? sorted : sorted.dropLast()
                if index != nil { left += sorted.suffix(1) }
            }
        }
        let others = PodDeletionOrder.sorted(left, now: now).prefix(max(0, count - surplus.count))
        return surplus + others
    }

    mutating func newIndexes(_ count: Int) -> [Int] {
        var taken = completed.union(failedIndexes)
        for pod in pods where pod.isPodActive || (spec.replacesOnlyFailed && pod.isPodTerminating) {
            if let index = index(pod) { taken.insert(index) }
        }
        let missing = taken.firstMissing(count, of: spec.completions ?? 0)
        guard spec.backoffLimitPerIndex != nil else { return missing }
        let pauses = missing.map { index in
            lastFailed(index).map {
                $0.podFinishTime + JobDecision.backoff(failures: $0.failuresOfIndex + 1) - now
            } ?? .zero
        }
        let ready = zip(missing, pauses).filter { $0.1 <= .zero }.map(\.0)
        if ready.isEmpty, let pause = pauses.min() { wake(after: pause) }
        return ready
    }

    /// The pod whose failures its replacement inherits; it is kept until that is there.
    func lastFailed(_ index: Int) -> UntypedObject? {
        guard !completed.contains(index), !failedIndexes.contains(index),
            !active.contains(where: { self.index($0) == index })
        else { return nil }
        return pods.filter { $0.isTrackedByJob && hasFailed($0) && self.index($0) == index }
            .max { ($0.failuresOfIndex, $0.podFinishTime) < ($1.failuresOfIndex, $1.podFinishTime) }
    }

    mutating func make(index: Int?) {
        var pod = UntypedObject(podOf: job, template: spec.template, finalizers: [JobDecision.finalizer])
        if let index {
            pod.generateName = "\(job.name.prefix(57 - "\(index)".count))-\(index)-"
            pod.labels[UntypedObject.JobAnnotation.index] = String(index)
            pod.annotations[UntypedObject.JobAnnotation.index] = String(index)
            pod["spec", "hostname"] = .string("\(job.name)-\(index)")
            for field in ["initContainers", "containers"] {
                guard let containers = pod["spec", field]?.arrayValue else { continue }
                pod["spec", field] = .array(containers.map(Self.tellIndex))
            }
            if spec.backoffLimitPerIndex != nil { inheritFailures(&pod, index) }
        }
        decision.create.append(pod)
        activeCount += 1
    }

    static func tellIndex(_ container: JSONValue) -> JSONValue {
        var environment = container["env"]?.arrayValue ?? []
        guard !environment.contains(where: { $0["name"]?.stringValue == "JOB_COMPLETION_INDEX" }) else {
            return container
        }
        let path = "metadata.labels['\(UntypedObject.JobAnnotation.index)']"
        environment.append(
            ["name": "JOB_COMPLETION_INDEX", "valueFrom": ["fieldRef": ["fieldPath": .string(path)]]])
        var container = container
        container["env"] = .array(environment)
        return container
    }

    func inheritFailures(_ pod: inout UntypedObject, _ index: Int) {
        let last = lastFailed(index)
        var failures = last?.failureCount(UntypedObject.JobAnnotation.failures) ?? 0
        var ignored = last?.failureCount(UntypedObject.JobAnnotation.ignoredFailures) ?? 0
        if let last { if isIgnored(last) { ignored += 1 } else { failures += 1 } }
        pod.annotations[UntypedObject.JobAnnotation.failures] = String(failures)
        if ignored > 0 { pod.annotations[UntypedObject.JobAnnotation.ignoredFailures] = String(ignored) }
    }

    var pauseLeft: Duration {
        let finished = pods.filter { Self.hasSucceeded($0) || hasFailed($0) }
            .map { ($0, $0.podFinishTime) }.sorted { $0.1 < $1.1 }
        let failures = finished.reversed().prefix { hasFailed($0.0) }
        guard let last = failures.first?.1 else { return .zero }
        return last + JobDecision.backoff(failures: failures.count) - now
    }
}
